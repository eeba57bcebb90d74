"""A worker is killed (kill -9) while a version is made and announced: none is lost or doubled."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.domain.announcing import SCHEDULE
from tests.server.training import Training, command_that, training_of


@pytest.fixture
def training(application: Application) -> Iterator[Training]:
    with training_of(application) as training:
        training.ask_for(after_images=1, webhook=training.receiver.url)
        training.review("a" * 32)
        yield training


def begin(training: Training, moment: str, command: str = "") -> "subprocess.Popen[bytes]":
    config = training.parts.config
    arguments = [config.store_url, config.redis_url, moment, command]
    return subprocess.Popen([sys.executable, "-m", "tests.server.retrain_worker", *arguments])


def bury(redis: Redis, worker: "subprocess.Popen[bytes]") -> None:
    """Wait until it was killed, and half a minute longer: its locks are free then."""
    assert worker.wait(120) == -signal.SIGKILL
    for lock in redis.scan_iter("lsal:lock:*"):
        redis.delete(lock)


@pytest.mark.parametrize("moment", ["made", "announced"])
def test_what_nobody_was_told_of_is_told_once(
    training: Training, redis: Redis, moment: str
) -> None:
    bury(redis, begin(training, moment))
    assert training.receiver.received == []
    while training.retrainer.has_work("parts"):
        training.run()
    assert [each.data["version"] for each in training.receiver.received] == [1]
    newest = training.parts.training_sets.newest("parts")
    assert newest is not None
    assert newest.version == 1
    assert training.outcomes(1) == ["delivered"]


def test_what_somebody_may_have_been_told_of_is_told_again_under_its_id(
    training: Training, redis: Redis
) -> None:
    workers: list[subprocess.Popen[bytes]] = []
    training.receiver.on_post = lambda: os.kill(workers[0].pid, signal.SIGKILL)
    workers.append(begin(training, "posted"))
    bury(redis, workers[0])
    training.receiver.on_post = None
    assert training.run() == 0  # the try was noted before it was made
    assert training.run_after(seconds=SCHEDULE[0]) == 1
    first, second = training.receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert training.outcomes(1) == ["delivered"]


def test_a_command_whose_end_nobody_saw_is_not_run_again_by_itself(
    training: Training, redis: Redis, tmp_path: Path
) -> None:
    noted = tmp_path / "noted"
    code = (
        f"import os; open({str(noted)!r}, 'a').write('x')\n"
        "if os.environ.get('KILLS'): os.kill(os.getppid(), 9)\n"
    )
    command = command_that(tmp_path, code)
    training.ask_for(after_images=1, command=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KILLS", "1")
        bury(redis, begin(training, "ran", command))
    with training_of(training.parts, command) as other:
        assert other.run_after(days=30) == 0
        [found] = other.announcement(1).deliveries
        assert (found.outcome, noted.read_text()) == ("dead", "x")
        assert "a worker ended while it ran" in found.attempts[-1].error
        other.retrainer.replay("parts", 1)
        assert other.run() == 1
        assert (other.outcomes(1), noted.read_text()) == (["delivered"], "xx")
