"""The retrain trigger: when a version is made, and that it is announced once, whoever dies."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from plugin.bootstrap import Application
from plugin.domain.errors import ConflictError, InvalidInputError, NotFoundError
from tests.server.training import BATCH, Training, retrainer_of, training_of


@pytest.fixture
def training(application: Application) -> Iterator[Training]:
    with training_of(application) as training:
        yield training


def reasons(training: Training) -> list[str]:
    """Why versions were made, oldest first."""
    return [each.reason for each in training.parts.announcements.newest("parts", 99)][::-1]


def test_without_a_trigger_nothing_is_made(training: Training) -> None:
    training.ask_for(webhook=training.receiver.url)
    training.review()
    assert not training.retrainer.has_work("parts")
    assert training.run() == 0
    assert training.parts.training_sets.newest("parts") is None


def test_a_version_is_made_after_so_many_new_images_and_announced(training: Training) -> None:
    training.ask_for(after_images=3, webhook=training.receiver.url)
    training.review("a" * 32, "b" * 32)
    training.review("b" * 32)  # corrected: it is one image still
    assert not training.retrainer.has_work("parts")
    assert training.run() == 0
    training.review("c" * 32)
    assert training.retrainer.has_work("parts")
    assert training.run() == 1
    assert training.receiver.received == []  # a version and its announcement are two steps
    assert training.run() == 1
    [received] = training.receiver.received
    assert (received.data["version"], received.data["images"]) == (1, 3)
    assert reasons(training) == ["3 new images"]
    assert not training.retrainer.has_work("parts")
    assert training.run() == 0


def test_images_count_from_the_version_before(training: Training) -> None:
    training.ask_for(after_images=2)
    training.review("a" * 32, "b" * 32)
    assert training.run() == 1
    training.review("c" * 32)
    assert training.run_after(days=100) == 0
    training.review("d" * 32)
    assert training.run() == 1
    assert reasons(training) == ["2 new images", "2 new images"]


def test_a_batch_that_is_completed_makes_a_version(training: Training) -> None:
    training.ask_for(on_batch=True)
    training.review("a" * 32)
    assert training.run() == 0  # nobody knows of a batch that is completed
    training.complete()
    assert training.run() == 1
    assert training.run_after(days=1) == 0  # it is completed still, and nothing is new
    training.review("b" * 32)  # more came into it, which were reviewed too
    assert training.run() == 1
    assert reasons(training) == [f"Batch {BATCH} completed"] * 2


@pytest.mark.parametrize(
    ("every", "too_early", "in_time"),
    [
        ("daily", timedelta(hours=10), timedelta(hours=11)),  # midnight in Berlin
        ("weekly", timedelta(days=5, hours=10), timedelta(days=5, hours=11)),
        ("monthly", timedelta(days=6, hours=10), timedelta(days=6, hours=11)),
    ],
)
def test_a_period_that_begins_makes_a_version(
    training: Training, every: str, too_early: timedelta, in_time: timedelta
) -> None:
    training.ask_for(every=every)
    training.review("a" * 32)
    noon = training.clock.now
    assert training.run() == 0  # from now on it counts
    training.clock.now = noon + too_early
    assert training.run() == 0
    training.clock.now = noon + in_time
    assert training.run() == 1
    assert reasons(training) == [f"{every.capitalize()} schedule"]
    assert training.run_after(days=40) == 0  # nothing is new
    training.review("b" * 32)
    assert training.run() == 1


def test_what_was_saved_anew_and_is_as_before_makes_no_version(training: Training) -> None:
    training.ask_for(after_images=1)
    training.review("a" * 32)
    assert training.run() == 1
    training.review("a" * 32)
    assert training.retrainer.has_work("parts")
    assert training.run() == 0
    assert not training.retrainer.has_work("parts")
    training.review("b" * 32)
    assert training.run() == 1
    assert reasons(training) == ["1 new image", "1 new image"]


def test_who_asks_gets_the_newest_version_announced_once(training: Training) -> None:
    training.ask_for(webhook=training.receiver.url)
    training.review("a" * 32)
    made = training.retrainer.make_now("parts", "maya@example.com")
    assert made is not None
    assert (made.version, made.reason) == (1, "Asked for by maya@example.com")
    assert training.outcomes(1) == ["delivered"]
    assert training.retrainer.make_now("parts", "maya@example.com") is None
    assert len(training.receiver.received) == 1


def test_a_version_that_was_made_by_hand_is_announced_when_asked(training: Training) -> None:
    training.ask_for(webhook=training.receiver.url, after_images=1)
    training.review("a" * 32)
    training.parts.builder.build("parts", "maya@example.com")
    assert training.run() == 0
    training.retrainer.ask("parts", "maya@example.com")
    assert [training.run(), training.run()] == [1, 1]
    assert training.outcomes(1) == ["delivered"]


def test_who_asks_for_a_version_of_nothing_is_told(training: Training) -> None:
    with pytest.raises(InvalidInputError, match="review"):
        training.retrainer.make_now("parts", "maya@example.com")
    assert training.parts.announcements.begun("parts") is None
    with pytest.raises(NotFoundError):
        training.retrainer.ask("elsewhere", "maya@example.com")


def test_what_cannot_be_made_says_why_and_is_made_later(training: Training) -> None:
    training.ask_for(after_images=1)
    training.review("a" * 32)
    with training.parts.locks.hold("training-set:parts"):
        assert training.run() == 0
        begun = training.parts.announcements.begun("parts")
        assert begun is not None
        assert "written by somebody else" in begun.error
    assert training.run() == 1
    assert training.parts.announcements.begun("parts") is None


def test_while_a_version_is_made_nobody_else_makes_one(training: Training) -> None:
    training.ask_for(after_images=1)
    training.review("a" * 32)
    with training.parts.locks.hold("retrain:parts"):
        assert training.run() == 0
        with pytest.raises(ConflictError, match="at this moment"):
            training.retrainer.ask("parts", "maya@example.com")
    assert training.run() == 1


def test_of_two_workers_at_once_one_announces(training: Training) -> None:
    training.ask_for(after_images=1, webhook=training.receiver.url)
    training.review("a" * 32)
    workers = [retrainer_of(training.parts, training.clock) for _ in range(2)]
    start = Barrier(len(workers))

    def work(number: int) -> None:
        start.wait(30)
        for _ in range(4):
            workers[number].run("parts")

    threads = [Thread(target=work, args=(number,)) for number in range(len(workers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while training.retrainer.has_work("parts"):
        training.run()
    assert [each.data["version"] for each in training.receiver.received] == [1]
    newest = training.parts.training_sets.newest("parts")
    assert newest is not None
    assert newest.version == 1
