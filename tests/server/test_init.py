"""`lsal init` as typed: questions, what it writes, and that it may be run again.

What answers for Label Studio here knows its own version and whose token it is, and one project;
tests/integration/test_init.py asks a real one.
"""

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.commands.init_first_post import NAME
from plugin.config import read_config
from plugin.demo.processes import free_port
from plugin.domain.prediction import TaskType
from tests.server.init_label_studio import TOKEN, WRONG, Handler, LabelStudio
from tests.stand_ins import running

VARIABLES = ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "REDIS_URL", "STORE_URL", "LSAL_MEDIA")

Init = Callable[..., Result]


@pytest.fixture
def label_studio() -> Iterator[LabelStudio]:
    with running(LabelStudio(("127.0.0.1", 0), Handler)) as server:
        yield server


@pytest.fixture
def init(
    label_studio: LabelStudio,
    redis: Redis,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Init:
    """Runs `lsal init` in an empty folder and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    places = [
        "--label-studio", label_studio.url, "--token", TOKEN, "--redis", redis_url,
        "--store", str(tmp_path / "store"),
    ]  # fmt: skip

    def run(*options: str, answers: str | None = None, code: int = 0) -> Result:
        silent = [*places, "--yes"] if answers is None else []
        result: Result = CliRunner().invoke(main, ["init", *silent, *options], input=answers)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def parts(init: Init) -> Iterator[Callable[[], Application]]:
    """The parts that the written `.env` names."""
    opened: list[Application] = []

    def read() -> Application:
        opened.append(Application(read_config()))
        return opened[-1]

    yield read
    for each in opened:
        each.close()


def test_a_class_list_is_enough(init: Init, parts: Callable[[], Application]) -> None:
    said = init("--classes", "bolt, dent").output
    assert "ok    server: Label Studio Community 1.23.2" in said
    app = parts()
    settings = app.history.newest("parts").settings
    assert (settings.classes, settings.task_type) == (("bolt", "dent"), TaskType.OBJECT_DETECTION)
    assert not settings.enabled
    assert [rule.name for rule in settings.rules] == ["unsure", "sample"]
    [key] = re.findall(r"^  (lsal_\w+_[\w-]+)$", said, re.MULTILINE)
    assert app.deployments.authenticate(key).name == "line-1"
    assert "lsal project enable parts" in said
    assert all(f"lsal {each}" in said for each in ("serve", "worker", "scheduler", "doctor"))
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert TOKEN in Path(".env").read_text()
    assert TOKEN not in said


def test_run_again_it_goes_on_and_doubles_nothing(
    init: Init, parts: Callable[[], Application]
) -> None:
    init("--classes", "bolt")
    env, image = Path(".env").read_bytes(), Path(NAME).read_bytes()
    Path(NAME).write_bytes(b"mine")
    said = init("--classes", "dent").output
    assert "parts: is there already, and stays as it is" in said
    assert "line-1: is registered already" in said
    assert "lsal deployment rotate parts line-1" in said
    assert '-H "Authorization: Bearer $KEY"' in said
    assert (Path(".env").read_bytes(), Path(NAME).read_bytes()) == (env, b"mine")
    assert image.startswith(b"\xff\xd8")
    said = init("--project", "parts", "--deployment", "line-2").output
    assert re.search(r"line-2: registered; its key", said)
    app = parts()
    assert app.history.newest("parts").version == 1
    assert [each.name for each in app.deployments.of_project("parts")] == ["line-1", "line-2"]


def test_a_project_of_label_studio_is_taken_over(
    init: Init, parts: Callable[[], Application]
) -> None:
    init("--from-project", "7")
    app = parts()
    settings = app.history.newest("bolts-line-3").settings
    assert (settings.task_type, settings.classes, settings.keypoints) == (
        TaskType.KEYPOINT_DETECTION, ("bolt",), ("tip",),
    )  # fmt: skip
    assert app.class_colours.of("bolts-line-3", ["bolt"]) == {"bolt": "#fc6000"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--token", WRONG, "--classes", "a"), "token: Label Studio: 401"),
        (("--label-studio", "http://127.0.0.1:1", "--classes", "a"), "LABEL_STUDIO_URL must be"),
        (("--label-studio", "labels", "--classes", "a"), "LABEL_STUDIO_URL must be"),
        (("--redis", "redis://127.0.0.1:1/0", "--classes", "a"), "REDIS_URL must be"),
        (("--redis", "127.0.0.1", "--classes", "a"), "REDIS_URL: '127.0.0.1', expected an"),
        (("--store", "ftp://x", "--classes", "a"), "STORE_URL: 'ftp://x', expected a folder"),
        (("--media", "media", "--classes", "a"), "LSAL_MEDIA: 'media', expected"),
        (("--public-url", "learn.example.com", "--classes", "a"), "LSAL_PUBLIC_URL must be"),
        (("--token", "tökén", "--classes", "a"), "LABEL_STUDIO_API_KEY: '…', expected letters"),
        ((), "--classes: None, expected an answer"),
        (("--classes", "gone.yaml"), "classes: 'gone.yaml', expected a file that can be read"),
        (("--classes", "a,a"), "each name once"),
        (("--classes", "a", "--project", "Two Words"), "project: 'Two Words'"),
        (("--classes", "a", "--deployment", "x\n"), "name: 'x\\n'"),
        (("--classes", "a", "--from-project", "7"), "not together with --from-project"),
        (("--from-project", "8"), "no project in Label Studio '8'"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(
    init: Init, options: tuple[str, ...], said: str
) -> None:
    output = init(*options, code=1).output
    assert said in output
    assert "Traceback" not in output
    assert not Path(".env").exists()
    assert not list(Path("store").rglob("*.json"))


def test_a_config_that_we_cannot_express_is_refused_by_its_tag(
    init: Init, label_studio: LabelStudio
) -> None:
    label_studio.config = label_studio.config.replace("KeyPointLabels", "EllipseLabels")
    assert "<EllipseLabels>" in init("--from-project", "7", code=1).output


def test_an_env_that_says_otherwise_is_changed_only_with_force(init: Init, redis_url: str) -> None:
    before = "# ours\nPOSTGRES_PASSWORD=made-up\nREDIS_URL=redis://elsewhere:6379/0\n"
    Path(".env").write_text(before)
    said = init("--classes", "bolt", code=1).output
    assert f"REDIS_URL: 'redis://elsewhere:6379/0' → '{redis_url}'" in said
    assert "--force" in said
    assert Path(".env").read_text() == before
    assert not list(Path("store").rglob("*.json"))
    said = init("--classes", "bolt", "--force").output
    after = Path(".env").read_text()
    assert after.startswith(f"# ours\nPOSTGRES_PASSWORD=made-up\nREDIS_URL={redis_url}\nLABEL")
    assert "LABEL_STUDIO_API_KEY: not there → …" in said
    assert "LSAL_MEDIA" not in after


def test_where_the_environment_says_everything_no_env_is_written(
    init: Init, label_studio: LabelStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    redis_url: str,
) -> None:  # fmt: skip
    """As in a container, whose file system is read-only."""
    said = (label_studio.url, TOKEN, redis_url, str(tmp_path / "store"))
    for name, value in zip(VARIABLES, said, strict=False):
        monkeypatch.setenv(name, value)
    assert ".env: nothing to write" in init("--classes", "bolt", answers="\n" * 20).output
    assert not Path(".env").exists()


def test_a_variable_of_the_environment_that_counts_more_is_named(
    init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_URL", "elsewhere")
    assert "STORE_URL is set in the environment as well" in init("--classes", "bolt").output


def test_questions_are_asked_again_with_the_reason(
    init: Init, label_studio: LabelStudio, redis_url: str, parts: Callable[[], Application]
) -> None:
    answers = [
        f"http://127.0.0.1:{free_port(0)}", label_studio.url, WRONG, TOKEN, redis_url, "", "", "",
        "8", "seven", "7", "Bolts!", "bolts", "",
    ]  # fmt: skip
    said = init(answers="\n".join(answers) + "\n").output
    for reason in (
        "LABEL_STUDIO_URL must be", "401", "no project in Label Studio '8'", "a number, or nothing",
        "project: 'Bolts!'",
    ):  # fmt: skip
        assert reason in said
    assert "    7  Bolts, line 3" in said
    assert WRONG not in said
    assert parts().history.newest("bolts").settings.keypoints == ("tip",)
    assert Path("data/store").is_dir()
    # Run again, everything has its answer but whether to go on with the project.
    said = init(answers="\n" * 20).output
    assert "bolts: is there already" in said
    assert ".env: nothing to write" in said


def test_who_does_not_agree_changes_nothing(
    init: Init, label_studio: LabelStudio, redis_url: str
) -> None:
    Path(".env").write_text("REDIS_URL=redis://elsewhere:6379/0\n")
    places = ("--label-studio", label_studio.url, "--token", TOKEN, "--redis", redis_url)
    said = init(*places, "--classes", "bolt", answers="\n\n\n\n\n\nn\n", code=1).output
    assert "Change .env so" in said
    assert Path(".env").read_text() == "REDIS_URL=redis://elsewhere:6379/0\n"
    assert not list(Path("data").rglob("*.json"))


def test_interrupted_it_leaves_what_was_whole(
    init: Init, monkeypatch: pytest.MonkeyPatch, parts: Callable[[], Application]
) -> None:
    """Ctrl-C between the steps: the next run makes what is missing."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for broken in (
        "plugin.env_file.os.fsync",
        "plugin.services.rules.switching.Switching.apply",
        "plugin.stores.access.deployments.Deployments.register",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, interrupt)
            init("--classes", "bolt", code=1)
    assert sorted(each.name for each in Path().iterdir()) == [".env", "store"]
    said = init("--classes", "bolt").output
    assert "line-1: registered; its key" in said
    assert parts().history.newest("parts").version == 1
