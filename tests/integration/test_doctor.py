"""`lsal doctor` against a real Label Studio: what it proves, and what it says when that fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.demo.processes import free_port
from plugin.labelstudio.api.connection import translated
from plugin.queue_state import queue_state
from plugin.services.diagnosing.trial import ORIGIN, TITLE
from tests.integration.s3 import ACCESS, BUCKET, s3
from tests.waiting import wait_for

__all__ = ["s3"]  # a fixture

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def examine(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lsal doctor --json` with changes to the environment; its exit status and findings."""
    config = installation.application.config
    _await_work(installation)
    key = config.label_studio_api_key.get_secret_value()

    def run(**changes: str) -> tuple[int, dict[str, Any]]:
        usual = {
            "LABEL_STUDIO_URL": config.label_studio_url, "LABEL_STUDIO_API_KEY": key,
            "STORE_URL": config.store_url, "REDIS_URL": config.redis_url,
            "LSAL_PORT": str(config.port), "LSAL_MANAGERS": ",".join(config.managers),
        }  # fmt: skip
        for name, value in (usual | changes).items():
            monkeypatch.setenv(name, value)
        ran = CliRunner().invoke(main, ["doctor", "--json"])
        assert installation.application.label_studio.find_project(TITLE, ORIGIN) is None
        return ran.exit_code, json.loads(ran.stdout)

    return run


def _await_work(installation: Installation) -> None:
    """Wait until the worker and the scheduler are there, which start last and beside us."""

    def is_there() -> bool:
        state = queue_state(installation.application.queue_redis)
        return state.workers > 0 and state.scheduler is not None

    wait_for(is_there, "the worker and the scheduler")


LOCAL = ["env", "serve", "store", "disk", "redis", "persistence", "eviction", "memory", "workers",
         "scheduler", "jobs", "clock", "clock"]  # fmt: skip
"""What is looked at before Label Studio is asked."""


def found(said: dict[str, Any], check: str, level: str = "failure") -> str:
    """What a check says that found something to change: the fault and the fix."""
    (finding,) = [each for each in said["findings"] if each["check"] == check]
    assert finding["level"] == level
    return f"{finding['said']} | {finding['fix']}"


def test_a_sound_installation_is_found_sound(examine: Run, installation: Installation) -> None:
    status, said = examine()
    assert (status, said["ok"]) == (0, True)
    levels = {each["check"]: each["level"] for each in said["findings"]}
    assert levels.pop("disk") in {"ok", "warning"}  # that of whoever runs the tests
    assert set(levels.values()) == {"ok"}, said
    checks = [each["check"] for each in said["findings"]]
    assert checks == [
        *LOCAL, "key", "server", "version", "token", "rights", "managers", "media", "image",
        "private", "browser", "calls",
    ]  # fmt: skip
    assert said["findings"][len(LOCAL)]["said"] == "a legacy token"
    kept = installation.application.diagnoses.last()
    assert kept
    assert [each.check for each in kept.findings] == checks


def test_a_call_of_label_studio_is_heard_where_it_finds_us(
    examine: Run, installation: Installation
) -> None:
    status, said = examine(LSAL_PUBLIC_URL=installation.webhook_url)
    assert (status, said["findings"][-1]["check"]) == (0, "calls")
    assert "and we heard it" in said["findings"][-1]["said"]
    _, said = examine(LSAL_PUBLIC_URL="no-address")
    assert "LSAL_PUBLIC_URL must be" in found(said, "calls", "warning")


def test_a_call_that_somebody_else_gets_is_not_heard(
    examine: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.services.diagnosing.calling.LOOKS", 2)
    url = f"http://127.0.0.1:{free_port(0)}"
    status, said = examine(LSAL_PUBLIC_URL=url)
    assert status == 0
    assert "no call came through" in found(said, "calls", "warning")
    assert "nobody answers" in found(said, "serve", "warning")


def test_an_image_in_a_shared_folder_loads_and_nothing_is_left(
    examine: Run, installation: Installation
) -> None:
    folder = installation.processes.data / programs.MEDIA
    before = sorted(folder.iterdir())
    status, said = examine(LSAL_MEDIA=str(folder))
    assert (status, said["ok"]) == (0, True)
    assert sorted(folder.iterdir()) == before


def test_an_image_in_a_bucket_loads(examine: Run, s3: str) -> None:
    status, said = examine(LSAL_MEDIA=f"s3://{BUCKET}/doctor", LSAL_MEDIA_ENDPOINT=s3, **ACCESS)
    assert (status, said["ok"]) == (0, True), said


def test_a_personal_access_token_is_known_as_one(examine: Run, installation: Installation) -> None:
    with translated():
        made = installation.application.label_studio._request("POST", "api/token/")
    status, said = examine(LABEL_STUDIO_API_KEY=made["token"])
    assert (status, said["findings"][len(LOCAL)]["said"]) == (0, "a personal access token")


def test_a_token_that_opens_nothing_says_where_to_get_one(examine: Run) -> None:
    status, said = examine(LABEL_STUDIO_API_KEY="0" * 40)
    assert status == 1
    assert "401" in found(said, "token")
    assert "Account & Settings" in found(said, "token")
    assert "is empty" in found(examine(LABEL_STUDIO_API_KEY="")[1], "key")


def test_a_server_that_is_none_is_named(examine: Run) -> None:
    url = f"http://127.0.0.1:{free_port(0)}"
    status, said = examine(LABEL_STUDIO_URL=url)
    assert status == 1
    assert url in found(said, "server")
    assert "LABEL_STUDIO_URL" in found(said, "server")


def test_a_folder_that_label_studio_does_not_serve_says_what_to_start_it_with(
    examine: Run, tmp_path: Path
) -> None:
    status, said = examine(LSAL_MEDIA=str(tmp_path))
    assert status == 1
    assert "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT" in found(said, "media")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_another_one_there_does_not_load(
    examine: Run, installation: Installation, tmp_path: Path
) -> None:
    """As when two containers mount two folders under one name."""
    theirs = installation.processes.data / programs.MEDIA
    for project in range(1, 200):
        (theirs / str(project)).mkdir(exist_ok=True)  # whatever number the trial gets
    status, said = examine(LSAL_MEDIA=str(tmp_path), LSAL_MEDIA_ROOT=str(theirs))
    assert status == 1
    (image,) = [each for each in said["findings"] if each["check"] == "image"]
    assert "does not load" in image["said"]
    assert "LSAL_MEDIA_ROOT" in image["fix"]


def test_a_bucket_that_label_studio_may_not_read_says_which_settings_it_reads_with(
    examine: Run, s3: str
) -> None:
    nowhere = f"http://127.0.0.1:{free_port(0)}"
    status, said = examine(
        LSAL_MEDIA=f"s3://{BUCKET}/doctor", LSAL_MEDIA_ENDPOINT=nowhere, **ACCESS
    )
    assert status == 1
    assert "LSAL_MEDIA_ENDPOINT" in found(said, "media")


def test_the_lines_say_the_same(examine: Run) -> None:
    examine(LABEL_STUDIO_API_KEY="0" * 40)  # leaves the environment as it is
    ran = CliRunner().invoke(main, ["doctor"])
    assert ran.exit_code == 1
    lines = ran.output.splitlines()
    assert "ok    key: a legacy token" in lines
    assert lines[-1].startswith("FAIL  token: Label Studio: 401")
    assert "To change: put a token" in lines[-1]
