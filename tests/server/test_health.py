"""Readiness: what does not answer, how it fails, since when; and asking costs next to nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from plugin.bootstrap import Application
from plugin.readiness import Readiness, redis_check, store_check
from tests.samples import NOW
from tests.server.disks import said_on_disk
from tests.server.proxy import Proxy, proxy, without_retries
from webhook_server.operations import health


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def between(redis: Redis, redis_url: str) -> Iterator[Proxy]:
    with proxy(redis_url) as server:
        yield server


@pytest.fixture
def readiness(between: Proxy, tmp_path: Path, time: Time) -> Iterator[Readiness]:
    with without_retries(between.url) as redis:
        checks = {
            "redis": lambda: redis_check(redis),
            "store": lambda: store_check(tmp_path / "store"),
        }
        yield Readiness(checks, time.now, time.monotonic)


@pytest.fixture
def client(application: Application, readiness: Readiness) -> FlaskClient:
    vars(application)["readiness"] = readiness
    app = Flask(__name__)
    app.register_blueprint(health.blueprint(application))
    return app.test_client()


def test_ready_when_everything_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})


def test_it_names_what_does_not_answer_and_since_when(
    client: FlaskClient, between: Proxy, time: Time
) -> None:
    between.refusing = True
    client.get("/readyz")
    time.passed = 90
    answer = client.get("/readyz")
    assert answer.status_code == 503
    problems = answer.get_json()["problems"]
    assert list(problems) == ["redis"]
    assert problems["redis"]["since"] == "2026-11-23T12:00:00Z"
    assert "closed" in problems["redis"]["error"].lower()
    assert client.get("/healthz").status_code == 200


def test_since_begins_anew_after_it_was_back(
    readiness: Readiness, between: Proxy, time: Time
) -> None:
    for passed, away in enumerate((True, False, True)):
        time.passed = passed * 10
        between.refusing = away
        problems = readiness.problems()
    assert problems["redis"].since == NOW + timedelta(seconds=20)


def test_that_it_went_and_came_back_is_logged_once(
    readiness: Readiness, between: Proxy, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for passed, away in enumerate((False, True, True, False, False)):
        time.passed = passed * 10
        between.refusing = away
        readiness.problems()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_an_answer_stands_for_a_second(readiness: Readiness, between: Proxy, time: Time) -> None:
    assert readiness.problems() == {}
    between.refusing = True
    time.passed = 0.9
    assert readiness.problems() == {}
    time.passed = 1.0
    assert list(readiness.problems()) == ["redis"]


def test_one_that_hangs_holds_up_one_caller_alone(time: Time) -> None:
    answers, asked, hang = iter(["", "it hung"]), threading.Event(), threading.Event()

    def check() -> str:
        said = next(answers)
        if said:
            asked.set()
            hang.wait()
        return said

    readiness = Readiness({"redis": check}, time.now, time.monotonic)
    assert readiness.problems() == {}
    time.passed = 5
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(readiness.problems)
        asked.wait()
        assert readiness.problems() == {}
        hang.set()
        assert list(waiting.result()) == ["redis"]


def test_a_store_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    assert store_check(tmp_path / "a/b") == ""
    assert list((tmp_path / "a/b").iterdir()) == []


def test_a_file_in_the_stores_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    assert store_check(tmp_path / "store") == "not a folder"
    assert store_check(tmp_path / "store/below") == "not a folder"


DISKS = {
    "almost full": ("size=1m", "true", "1 MB free, expected 64 MB or more"),
    "full": ("size=64k", "head -c 64k /dev/zero > $0/filled", "the disk is full"),
    "read-only": ("size=200m", "mount -o remount,ro $0", "the file system is read-only"),
    "with room": ("size=200m", "true", ""),
}
CHECK = (
    "import sys; from pathlib import Path; from plugin.readiness import store_check;"
    "print(store_check(Path(sys.argv[1])))"
)


@pytest.mark.parametrize(("options", "act", "said"), DISKS.values(), ids=DISKS.keys())
def test_a_disk_that_takes_nothing_more_is_said_in_words(
    tmp_path: Path, options: str, act: str, said: str
) -> None:
    assert said_on_disk(tmp_path, options, act, CHECK).strip() == said
