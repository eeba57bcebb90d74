"""`lsal project`, as typed."""

import getpass
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main
from plugin.settings_file import parse_settings
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from tests.samples import NOW

HEAD = "project: parts\nclasses: [bolt, dent]\n"
RATE = "sampling_rate: 10%\n"
TEXT = HEAD + RATE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Store of the test's own; no Redis and no Label Studio."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORE_URL", str(tmp_path / "store"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    return tmp_path


def lsal(*arguments: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(main, ["project", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def apply(text: str, *arguments: str, code: int = 0) -> str:
    Path("parts.yaml").write_text(text, encoding="utf-8")
    return lsal("apply", "parts.yaml", *arguments, code=code)


def be_seen() -> None:
    """A deployment of `parts` that has posted."""
    deployments = Deployments(FolderStore(Path("store")))
    line_3, _ = deployments.register("parts", "line-3", NOW)
    deployments.mark_seen(line_3, NOW)


def test_apply_says_what_is_in_force_and_what_changed() -> None:
    assert "parts: settings version 1 in force\n  project: none → parts\n" in apply(TEXT)
    be_seen()
    lsal("enable", "parts")
    said = apply(TEXT.replace("10%", "0.5%"))
    assert said == "parts: settings version 3 in force\n  sampling_rate: 10% → 0.5%\n"
    said = apply(TEXT.replace("10%", "0.5%"))
    assert said == "parts: settings version 3 in force, unchanged\n"


def test_apply_refuses_a_file_made_from_an_older_version() -> None:
    apply(TEXT, "--base", "0")
    apply(TEXT.replace("10%", "5%"), "--base", "1")
    said = apply(TEXT.replace("10%", "1%"), "--base", "1", code=1)
    assert said == "Error: settings of 'parts' are at version 2 by now, not 1\n"


def test_what_is_wrong_is_said_line_by_line_and_nothing_changes() -> None:
    said = apply(TEXT + "sampling_rat: 5\nlimits: 5\n", code=1)
    assert said.splitlines() == [
        "Error: limits: 5, expected a mapping of per_minute, per_hour, per_day",
        "       sampling_rat: 5, expected a known key; did you mean `sampling_rate`?",
    ]
    assert lsal("list") == ""


def test_check_needs_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_URL", "s3://nowhere")
    monkeypatch.setenv("LSAL_PORT", "nonsense")
    Path("parts.yaml").write_text(TEXT + "rules: [{name: all}]\n")
    assert lsal("check", "parts.yaml") == "parts: valid, 1 rule\n"
    Path("parts.yaml").write_text(TEXT + "sampling_rate: 5\n")
    assert "expected each key once" in lsal("check", "parts.yaml", code=1)
    assert "does not exist" in lsal("check", "other.yaml", code=2)


def test_show_prints_what_apply_reads() -> None:
    apply(TEXT)
    apply(TEXT + "seed: 7\n")
    off = HEAD + "enabled: false\n" + RATE
    assert lsal("show", "parts") == off + "seed: 7\n"
    assert lsal("show", "parts", "--version", "1") == off
    written = lsal("show", "parts", "--json")
    assert json.loads(written)["batch"]["timezone"] == "UTC"
    assert parse_settings(written) == parse_settings(off + "seed: 7\n")


def test_list_names_every_project() -> None:
    apply(TEXT)
    apply(TEXT.replace("parts", "doors") + "enabled: false\nrules: [{name: a}, {name: b}]\n")
    be_seen()
    lsal("enable", "parts")
    assert lsal("list").splitlines() == [
        "doors  disabled  object-detection  2 rules  version 1",
        "parts  enabled  object-detection  0 rules  version 2",
    ]


def test_history_says_who_changed_what_and_roll_back_brings_it_back() -> None:
    apply(TEXT, "--by", "ann@example.com")
    apply(TEXT.replace("10%", "0.5%"))
    said = lsal("roll-back", "parts", "1", "--by", "ben")
    assert said == "parts: settings version 3 in force\n  sampling_rate: 0.5% → 10%\n"
    lines = lsal("history", "parts").splitlines()
    heads = [line.split("  ") for line in lines if line.startswith("version")]
    assert [head[0] for head in heads] == ["version 1", "version 2", "version 3"]
    assert [head[2] for head in heads] == ["ann@example.com", getpass.getuser(), "ben"]
    assert all(head[1].endswith(" UTC") for head in heads)
    assert "  sampling_rate: 10% → 0.5%" in lines


def test_a_new_project_is_off_and_says_what_comes_next() -> None:
    off = "  switched off until a deployment of it has posted; then: lsal project enable parts\n"
    assert apply(TEXT).endswith(off)
    assert apply(TEXT).endswith("unchanged\n" + off)
    be_seen()
    assert apply(TEXT).endswith("unchanged\n  switched off: lsal project enable parts\n")
    assert "switched off" not in apply(HEAD + "enabled: false\n" + RATE)


def test_enable_is_refused_until_a_deployment_has_posted() -> None:
    apply(TEXT)
    said = lsal("enable", "parts", code=1)
    assert said == (
        "Error: enabled: True, expected false until a deployment of 'parts' has posted;"
        " register one with `lsal deployment create parts NAME`\n"
    )
    assert said == apply(TEXT + "enabled: true\n", code=1)
    assert "version 1" in lsal("list")
    be_seen()
    assert "enabled: false → true" in lsal("enable", "parts", "--by", "ann")


def test_disable_and_enable() -> None:
    apply(TEXT)
    be_seen()
    lsal("enable", "parts")
    said = lsal("disable", "parts")
    assert said == "parts: settings version 3 in force\n  enabled: true → false\n"
    assert lsal("disable", "parts", "--by", "ann").endswith("in force, unchanged\n")
    assert "enabled: false → true" in lsal("enable", "parts")
    assert lsal("enable", "parts").endswith("in force, unchanged\n")


def test_what_is_shown_can_be_edited_and_applied_whether_on_or_off() -> None:
    apply(TEXT)
    assert "switched" not in apply(lsal("show", "parts") + "seed: 7\n")
    be_seen()
    lsal("enable", "parts")
    said = apply(lsal("show", "parts").replace("seed: 7", "seed: 8"))
    assert said == "parts: settings version 4 in force\n  seed: 7 → 8\n"
    assert "in force, unchanged" in apply(lsal("show", "parts", "--json"))


@pytest.mark.parametrize(
    "arguments",
    [
        "show other",
        "show ../parts",
        "history other",
        "enable other",
        "disable other",
        "roll-back other 1",
    ],
)
def test_a_project_that_is_not_there_is_a_sentence(arguments: str) -> None:
    name = arguments.split()[1]
    assert lsal(*arguments.split(), code=1) == f"Error: no project {name!r}\n"


def test_a_version_that_is_not_there_is_a_sentence() -> None:
    apply(TEXT)
    assert lsal("roll-back", "parts", "7", code=1) == "Error: no settings version 'parts 7'\n"
    assert lsal("show", "parts", "--version", "7", code=1).startswith("Error: no settings version")
