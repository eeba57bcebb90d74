"""The jobs of the retrain trigger, on a real queue with a real worker."""

from collections.abc import Iterator

import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from plugin import jobs
from plugin.bootstrap import Application
from plugin.queues import PERIODIC, RETRAIN, RETRAIN_ALL, open_queue
from tests.server.training import Training, allow_loopback, training_of


@pytest.fixture
def training(reachable: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Training]:
    allow_loopback(monkeypatch)
    with training_of(reachable) as training:
        training.ask_for(webhook=training.receiver.loopback_url, after_images=1)
        yield training


def work(training: Training) -> None:
    """Do what is asked for, and what that asks for, until nothing is."""
    queue = open_queue(training.parts.queue_redis)
    worker = SimpleWorker(
        [queue], connection=training.parts.queue_redis, serializer=JSONSerializer
    )  # fmt: skip
    worker.work(burst=True, logging_level="ERROR")
    assert queue.failed_job_registry.count == 0


def test_the_scheduler_looks_often() -> None:
    assert PERIODIC[RETRAIN_ALL] == 30


def test_what_is_due_is_made_and_announced(training: Training) -> None:
    jobs.retrain_all()
    queue = open_queue(training.parts.queue_redis)
    assert queue.count == 0
    training.review()
    jobs.retrain_all()
    jobs.retrain_all()
    assert [job.func_name for job in queue.get_jobs()] == [RETRAIN]
    work(training)
    assert [each.data["version"] for each in training.receiver.received] == [1]
    assert training.outcomes(1) == ["delivered"]
    jobs.retrain_all()
    assert queue.count == 0


def test_what_somebody_asked_for_is_made_at_once(training: Training) -> None:
    training.review()
    training.retrainer.ask("parts", "maya@example.com")
    work(training)
    assert training.announcement(1).reason == "Asked for by maya@example.com"
    assert len(training.receiver.received) == 1


def test_a_project_whose_store_fails_keeps_nobody_from_the_next_look(
    training: Training, caplog: pytest.LogCaptureFixture
) -> None:
    key = training.parts.store_folder / "retrain/parts/begun.json"
    key.mkdir(parents=True)  # what is there cannot be read
    jobs.retrain_all()
    jobs.retrain("parts")
    assert training.receiver.received == []
    key.rmdir()
    training.review()
    jobs.retrain_all()
    work(training)
    assert len(training.receiver.received) == 1
