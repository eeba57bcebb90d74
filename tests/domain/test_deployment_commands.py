"""`lsal deployment`, as typed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main
from plugin.domain.errors import NotAuthenticatedError
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.settings_history import SettingsHistory
from tests.samples import NOW, settings

DOCS = Path(__file__).resolve().parents[2] / "docs/deployments.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Store of the test's own with the project `parts`; no Redis and no Label Studio."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORE_URL", str(tmp_path / "store"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    SettingsHistory(FolderStore(Path("store"))).add(settings(), "test", NOW)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    result: Result = CliRunner().invoke(main, ["deployment", *arguments])
    assert result.exit_code == code, result.output
    return result


def secret(*arguments: str) -> str:
    """The one line that a command prints for scripts."""
    said = run(*arguments).stdout
    assert said.count("\n") == 1
    return said.strip()


def opens(key: str) -> bool:
    try:
        return Deployments(FolderStore(Path("store"))).authenticate(key).name == "line-3"
    except NotAuthenticatedError:
        return False


def key_ids() -> list[str]:
    return re.findall(r"([0-9a-f]{8}) \(", run("list", "parts").output)


def test_create_prints_the_key_and_nothing_else() -> None:
    key = secret("create", "parts", "line-3", "--model", "detector", "--version", "7")
    assert re.fullmatch(r"lsal_[0-9a-f]{16}_[\w-]{43}", key)
    assert opens(key)
    assert run("create", "parts", "line-3", code=1).output == (
        "Error: project 'parts' has a deployment 'line-3' already\n"
    )
    assert run("create", "doors", "line-3", code=1).output == "Error: no project 'doors'\n"


def test_list_says_who_may_post_and_never_a_secret() -> None:
    key = secret("create", "parts", "line-3", "--model", "detector", "--version", "7")
    run("revoke", "parts", "line-3")
    other = secret("create", "parts", "line-4")
    signing = secret("sign", "parts", "line-4")
    deployments = Deployments(FolderStore(Path("store")))
    deployments.mark_seen(deployments.authenticate(other), NOW)
    said = run("list", "parts").output
    first, second = said.splitlines()
    assert first.split("  ")[0::2] == ["line-3", "detector 7", "revoked"]
    assert re.search(
        r"^line-4  id \w{16}  seen since 2026-11-23 12:00:00 UTC  live key \w{8} \(.+\)  signs$",
        second,
    )
    assert not any(each in said for each in (key, other, signing))


def test_two_keys_are_live_while_a_deployment_changes_over() -> None:
    first = secret("create", "parts", "line-3")
    second = secret("rotate", "parts", "line-3")
    assert opens(first) and opens(second)
    older, newer = key_ids()
    refused = run("rotate", "parts", "line-3", code=1).output
    assert f"has 2 live keys, {older} and {newer}: revoke one of them" in refused
    run("revoke", "parts", "line-3", "--key", older)
    assert (opens(first), opens(second)) == (False, True)


def test_rotate_drops_the_older_of_two_where_told() -> None:
    keys = [secret("create", "parts", "line-3")]
    keys += [secret("rotate", "parts", "line-3", "--drop-oldest") for _ in range(3)]
    assert [opens(key) for key in keys] == [False, False, True, True]


def test_revoke_ends_all_keys_and_rotate_begins_anew() -> None:
    keys = [secret("create", "parts", "line-3"), secret("rotate", "parts", "line-3")]
    assert run("revoke", "parts", "line-3").output == "line-3: revoked\n"
    assert not any(map(opens, keys))
    assert opens(secret("rotate", "parts", "line-3"))


def test_signatures_are_switched_on_changed_and_off() -> None:
    run("create", "parts", "line-3")
    said = run("sign", "parts", "line-3")
    assert re.fullmatch(r"whsec_[\w+/]{43}=\n", said.stdout)
    assert said.stderr == "line-3: posts must be signed with this secret\n"
    assert "or the one before" in run("sign", "parts", "line-3").stderr
    assert (
        "2 signing secrets: sign with --drop-oldest"
        in run("sign", "parts", "line-3", code=1).output
    )
    run("sign", "parts", "line-3", "--drop-oldest")
    run("sign", "parts", "line-3", "--off")
    assert "signs" not in run("list", "parts").output


@pytest.mark.parametrize("command", ["rotate", "revoke", "sign"])
def test_a_deployment_that_is_not_there_is_a_sentence(command: str) -> None:
    assert run(command, "parts", "line-9", code=1).output == "Error: no deployment 'line-9'\n"


def test_a_key_that_is_not_there_is_a_sentence() -> None:
    run("create", "parts", "line-3")
    said = run("revoke", "parts", "line-3", "--key", "00000000", code=1).output
    assert said == "Error: no live key of 'line-3' '00000000'\n"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ([""], "name"),
        ([" line-3"], "name"),
        (["a\nb"], "name"),
        (["a\udcff"], "name"),
        (["a" * 256], "name"),
        (["line-3", "--model", "a\x1b[2J"], "model"),
        (["line-3", "--version", "v" * 201], "version"),
    ],
)
def test_a_text_that_cannot_be_used_is_named(arguments: list[str], field: str) -> None:
    said = run("create", "parts", *arguments, code=1).output
    assert said.startswith(f"Error: {field}: ")
    assert "expected" in said
    assert run("list", "parts").output == ""


def test_every_command_that_the_docs_show_runs() -> None:
    """In their order, on one deployment."""
    said = re.findall(r"^lsal deployment (.+?)(?:  +#.*)?$", DOCS.read_text(), re.MULTILINE)
    assert len(said) >= 8
    run("create", "parts", "line-0")
    for command in said:
        if "create" in command and "line-3" in run("list", "parts").output:
            continue  # shown a second time
        first_key = key_ids()[1] if "--key" in command else ""
        run(*command.replace("3f2a1b9c", first_key).split())
