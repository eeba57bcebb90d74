"""A Store that a newer release works on: every process of an older one says so, and stops."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from plugin import jobs
from plugin.bootstrap import Application, application, begin
from plugin.cli import main
from plugin.clock import utc_now
from plugin.domain.errors import NewerFormError, UnavailableError
from plugin.readiness import check_of
from plugin.stores.backends.locating import open_store
from plugin.stores.store_format import FORMAT, RESTORING, begin_work, expect_known
from tests.samples import NOW

NEWER = "written by a newer release, in format 7; this one reads 1 at most"


@pytest.fixture
def newer(reachable: Application) -> Application:
    reachable.store.put("format/000007.json", b'{"release": "9.0", "at": "2027-01-01T00:00:00Z"}')
    return reachable


def test_the_first_process_notes_its_format_once(reachable: Application) -> None:
    expect_known(reachable.store)
    assert list(reachable.store.keys("format/")) == []
    begin(reachable.config)
    (key,) = reachable.store.keys("format/")
    noted = reachable.store.get(key)
    begin_work(reachable.store, utc_now())
    assert (key, reachable.store.get(key)) == (f"format/{FORMAT:06d}.json", noted)


@pytest.mark.parametrize("command", ["serve", "worker", "scheduler"])
def test_no_process_starts(newer: Application, command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "plugin.cli", command], env=os.environ, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, NEWER in ended.stderr) == (1, True), ended.stderr
    assert "Traceback" not in ended.stderr


def test_commands_and_jobs_do_nothing(newer: Application) -> None:
    said = CliRunner().invoke(main, ["project", "list"])
    assert (said.exit_code, NEWER in said.output) == (1, True)
    with pytest.raises(NewerFormError):
        jobs.sweep()


def test_a_server_that_runs_is_taken_out_of_the_balancer(newer: Application) -> None:
    assert NEWER in check_of(newer.store)()


def test_the_same_in_a_bucket(bucket: str) -> None:
    store = open_store(bucket)
    begin_work(store, NOW)
    check = check_of(store)
    assert [check(), check()] == ["", ""]
    store.create("format/000007.json", b"{}")
    assert NEWER in check()


def test_a_restore_that_was_not_finished_lets_nobody_in(reachable: Application) -> None:
    reachable.store.put(RESTORING, b"{}")
    with pytest.raises(UnavailableError, match="was not finished: run it again"):
        application()
    with pytest.raises(UnavailableError, match="was not finished"):
        begin(reachable.config)


def test_a_store_that_is_away_stops_nobody_from_starting(reachable: Application) -> None:
    away = reachable.config.model_copy(update={"store_url": "/dev/null/store"})
    begin(away)
