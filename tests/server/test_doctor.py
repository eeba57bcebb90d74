"""`lsal doctor` on broken installations, as far as they need no Label Studio: real Valkeys, real
disks. What it proves with a real Label Studio is in tests/integration/test_doctor.py.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.demo.processes import free_port
from plugin.domain.diagnosis import Diagnosis, Finding
from plugin.queues import SWEEP, Scheduler, open_queue, open_worker
from plugin.services.diagnosing.working import WorkChecks
from tests.server.diagnosed import NOON, by_check, nobody

PASSWORD = "s3cret-of-redis"

Examine = Callable[..., tuple[int, dict[str, Finding]]]


@pytest.fixture
def examine(application: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Examine:
    """Runs `lsal doctor --json` where no Label Studio answers; its exit status and findings."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str, **changes: str) -> tuple[int, dict[str, Finding]]:
        usual = {
            "STORE_URL": application.config.store_url, "REDIS_URL": application.config.redis_url,
            "LABEL_STUDIO_URL": nobody(), "LABEL_STUDIO_API_KEY": "0" * 40,
        }  # fmt: skip
        for name, value in (usual | changes).items():
            monkeypatch.setenv(name, value)
        ran = CliRunner().invoke(main, ["doctor", "--json", *options])
        said = json.loads(ran.stdout)
        assert said["ok"] == (said["level"] != "failure")
        found = {each["check"]: each for each in said["findings"]}
        for each in found.values():
            assert each["ok"] == (each["level"] == "ok") == (not each["fix"])
        return ran.exit_code, {
            name: Finding(name, each["said"], each["fix"], each["level"] == "warning")
            for name, each in found.items()
        }

    return run


def test_without_redis_the_store_and_label_studio_are_looked_at_all_the_same(
    examine: Examine,
) -> None:
    address = f"redis://:{PASSWORD}@127.0.0.1:{free_port(0)}/0"
    status, found = examine(REDIS_URL=address)
    assert status == 1
    assert found["redis"].level == "failure"
    assert "REDIS_URL must be" in found["redis"].fix
    assert PASSWORD not in found["redis"].said
    assert found["store"].ok and found["disk"]
    assert found["server"].level == "failure"
    assert not {"workers", "scheduler", "jobs", "persistence"} & found.keys()


def test_without_label_studio_the_rest_is_looked_at_and_the_page_shows_it(
    examine: Examine, application: Application
) -> None:
    status, found = examine(LABEL_STUDIO_API_KEY="")
    assert status == 1
    assert "LABEL_STUDIO_URL must be" in found["server"].fix
    assert "does not answer" in found["server"].said
    assert "Account & Settings" in found["key"].fix
    assert found["redis"].ok and found["clock"].ok
    kept = application.diagnoses.last()
    assert kept
    assert {each.check for each in kept.findings} == found.keys()


def test_without_workers_and_a_scheduler_each_is_named(
    examine: Examine, application: Application
) -> None:
    _, found = examine()
    assert (found["workers"].level, found["workers"].fix[:18]) == ("failure", "start `lsal worker")
    assert (found["scheduler"].level, "`lsal scheduler`" in found["scheduler"].fix) == (
        "failure",
        True,
    )
    redis = application.queue_redis
    worker, scheduler = open_worker(redis), Scheduler(redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    scheduler.register_birth()
    scheduler.heartbeat()
    _, found = examine()
    assert found["workers"].said.startswith("1 worker, the first began ")
    assert found["scheduler"].ok
    assert found["jobs"].said == "0 jobs waiting"
    worker.register_death()  # type: ignore[no-untyped-call]
    scheduler.register_death()


def test_jobs_that_wait_too_long_and_a_scheduler_that_went_quiet(application: Application) -> None:
    redis = application.queue_redis
    scheduler = Scheduler(redis)
    scheduler.register_birth()
    scheduler.heartbeat()
    open_queue(redis).enqueue_call(SWEEP)
    later = datetime.now(UTC) + timedelta(minutes=6)
    found = by_check(WorkChecks(lambda: redis, lambda: later).findings())
    assert found["jobs"].level == "warning"
    assert "asked for 6 minutes ago" in found["jobs"].said
    assert found["scheduler"].level == "failure"
    scheduler.register_death()


def test_a_doctor_that_cannot_keep_what_it_found_says_it_all_the_same(
    examine: Examine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    status, found = examine(STORE_URL=str(tmp_path / "file"))
    assert (status, found["store"].level) == (1, "failure")
    assert found["redis"].ok


def test_warnings_are_exit_status_0_and_1_where_one_is_strict(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plugin.bootstrap import diagnosing  # noqa: PLC0415
    from plugin.services.diagnosing import Doctor  # noqa: PLC0415

    found = [Finding("redis", "answers")]
    monkeypatch.setattr(diagnosing, "doctor_of", lambda _: Doctor((lambda: iter(found),)))
    assert [examine()[0], examine("--strict")[0]] == [0, 0]
    found.append(Finding("disk", "0.9 GB free", "make room", works=True))
    assert [examine()[0], examine("--strict")[0]] == [0, 1]
    lines = CliRunner().invoke(main, ["doctor"]).output.splitlines()
    assert lines == ["ok    redis: answers", "warn  disk: 0.9 GB free. To change: make room"]
    found.append(Finding("server", "away", "start it"))
    assert [examine()[0], examine("--strict")[0]] == [1, 1]


def test_what_was_found_by_an_earlier_release_is_read(application: Application) -> None:
    older = b'{"at":"2026-11-24T12:00:00Z","findings":[{"check":"key","said":"x","fix":"y"}]}'
    application.store.put("doctor/last.json", older)
    assert application.diagnoses.last() == Diagnosis(NOON, (Finding("key", "x", "y"),))
    assert Finding("key", "x", "y").level == "failure"
