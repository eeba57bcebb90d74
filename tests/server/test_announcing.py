"""Announcements: signed, tried for three days, set aside, sent again; never lost, never doubled."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.announcing import MAX_TRIES, SCHEDULE, Begun, Delivery
from plugin.domain.errors import InvalidInputError, NotFoundError
from tests.server.receiver import Received, Reply
from tests.server.training import Training, body_of, command_that, training_of


@pytest.fixture
def training(application: Application) -> Iterator[Training]:
    """A version that waits to be announced to a webhook."""
    with training_of(application) as training:
        training.ask_for(after_images=1, webhook=training.receiver.url)
        training.review("a" * 32)
        assert training.run() == 1
        yield training


def delivery(training: Training, version: int = 1) -> Delivery:
    return training.announcement(version).deliveries[0]


def received(training: Training) -> list[Received]:
    return training.receiver.received


def test_it_says_what_is_new_and_is_signed(training: Training) -> None:
    training.clock.now = utc_now()  # the library looks at the time
    assert training.run() == 1
    [post] = received(training)
    [secret] = training.parts.retrain_secrets.of("parts")
    post.verify(secret)
    assert post.path == "/new?kind=set"
    said = body_of(training.announcement(1))
    assert said["type"] == "training_set.ready"
    assert post.data == said["data"]
    assert post.data["changes"] == {"added": 1, "per_class": {"dent": [1, 0, 0]}}
    assert post.data["classes"] == ["bolt", "dent", "scratch"]
    assert post.data["address"].endswith("/datasets/parts")


def test_it_is_signed_with_the_new_secret_and_the_one_before(training: Training) -> None:
    training.clock.now = utc_now()
    secrets = [training.parts.retrain_secrets.renew("parts", training.clock()) for _ in range(2)]
    assert training.parts.retrain_secrets.of("parts") == (secrets[1], secrets[0])
    training.run()
    for secret in secrets:
        received(training)[0].verify(secret)


def test_what_fails_is_tried_ten_times_in_three_days_and_set_aside(training: Training) -> None:
    training.receiver.replies = [Reply(500)] * 99
    assert training.run() == 1
    for number, wait in enumerate(SCHEDULE, start=1):
        assert len(received(training)) == number
        assert training.run_after(seconds=wait - 1) == 0
        assert training.run_after(seconds=1) == 1
    assert len(received(training)) == MAX_TRIES == 10
    assert 3 * 86_400 < sum(SCHEDULE) < 3.5 * 86_400
    assert len({post.id for post in received(training)}) == 1
    found = delivery(training)
    assert (found.outcome, found.tries) == ("dead", 10)
    assert {each.error for each in found.attempts} == {"answered 500"}
    assert training.run_after(days=30) == 0
    assert training.parts.announcements.open("parts") == []


def test_what_was_set_aside_is_sent_again_under_its_id(training: Training) -> None:
    training.receiver.replies = [Reply(410)]
    assert training.run() == 1
    assert delivery(training).outcome == "dead"  # it is gone: nobody is to be asked again
    assert training.run_after(days=30) == 0
    training.retrainer.replay("parts", 1)
    assert training.run() == 1
    assert delivery(training).outcome == "delivered"
    assert received(training)[0].id == received(training)[1].id
    assert received(training)[0].body == received(training)[1].body
    training.retrainer.replay("parts", 1)  # and again, though it was taken
    assert training.run() == 1
    assert len(received(training)) == 3


def test_what_was_never_announced_is_not_announced_again(training: Training) -> None:
    with pytest.raises(NotFoundError):
        training.retrainer.replay("parts", 2)
    training.ask_for(after_images=1)
    with pytest.raises(InvalidInputError, match="a webhook or a command"):
        training.retrainer.replay("parts", 1)


def test_a_receiver_that_wants_to_be_left_alone_is(training: Training) -> None:
    training.receiver.replies = [Reply(429, headers=(("Retry-After", "3600"),))]
    assert training.run() == 1
    assert training.run_after(seconds=3599) == 0
    assert training.run_after(seconds=1) == 1
    assert delivery(training).outcome == "delivered"


def test_the_settings_say_where_to_also_for_what_waits(training: Training) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        training.ask_for(webhook=f"http://closed.example.com:{unused.getsockname()[1]}/")
        assert training.run() == 1
    assert "refused" in delivery(training).attempts[-1].error.lower()
    training.ask_for(webhook=training.receiver.url)
    assert training.run_after(seconds=5) == 1
    assert delivery(training).outcome == "delivered"


def test_what_has_to_be_set_up_first_costs_no_try(training: Training) -> None:
    training.ask_for(webhook="http://elsewhere.example.net/")
    assert "LSAL_RETRAIN_HOSTS" in training.retrainer.announcer.trouble("parts", "webhook")
    assert training.run_after(days=30) == 0
    assert delivery(training).tries == 0
    training.parts.store.delete("secrets/retrain/parts.json")
    training.ask_for(webhook=training.receiver.url)
    assert "signing secret" in training.retrainer.announcer.trouble("parts", "webhook")
    assert training.run() == 0
    training.parts.retrain_secrets.renew("parts", training.clock())
    assert training.run() == 1
    assert delivery(training).outcome == "delivered"


def test_of_two_versions_the_older_is_announced_first(training: Training) -> None:
    training.review("b" * 32)
    assert training.run() == 1
    assert training.run() == 2
    assert [post.data["version"] for post in received(training)] == [1, 2]
    assert len({post.id for post in received(training)}) == 2


CODE = """
import json, os, sys
said = json.loads(os.environ["LSAL_ANNOUNCEMENT"])
print(os.environ["LSAL_PROJECT"], os.environ["LSAL_VERSION"], said["data"]["images"])
print(os.environ["LSAL_FOLDER"])
sys.exit({status})
"""


@pytest.mark.parametrize("status", [0, 3])
def test_a_command_is_run_and_its_end_is_kept(
    application: Application, tmp_path: Path, status: int
) -> None:
    command = command_that(tmp_path, CODE.format(status=status))
    with training_of(application, command) as training:
        training.ask_for(after_images=1, webhook=training.receiver.url, command=True)
        training.review("a" * 32)
        assert training.run() == 1
        assert training.run() == 2
        webhook, ran = training.announcement(1).deliveries
        assert webhook.outcome == "delivered"
        assert ran.output.splitlines()[0] == "parts 1 1"
        assert ran.output.splitlines()[1].endswith("/datasets/parts")
        assert ran.attempts[-1].status == status
        assert ran.outcome == ("waiting" if status else "delivered")
        assert training.run_after(seconds=SCHEDULE[0]) == (1 if status else 0)


def test_a_job_runs_one_command_and_leaves_the_next_to_another(
    application: Application, tmp_path: Path
) -> None:
    with training_of(application, command_that(tmp_path, "")) as training:
        training.ask_for(after_images=1, command=True)
        for name in "ab":
            training.review(name * 32)
            assert training.retrainer.maker.make("parts", _begun(training)) is not None
        assert training.run() == 1
        assert (training.outcomes(1), training.outcomes(2)) == (["delivered"], ["waiting"])
        assert training.run() == 1
        assert training.outcomes(2) == ["delivered"]


def _begun(training: Training) -> Begun:
    begun = training.retrainer.maker.begin("parts")
    assert begun is not None
    return begun


def test_a_mark_that_a_crash_left_without_its_announcement_is_nothing(training: Training) -> None:
    training.run()
    training.parts.store.create("retrain/parts/open/000002.json", b"{}")
    assert training.parts.announcements.open("parts") == []
    assert not training.retrainer.has_work("parts")


def test_without_a_command_in_the_environment_none_is_tried(application: Application) -> None:
    with training_of(application) as training:
        training.ask_for(after_images=1, command=True)
        training.review("a" * 32)
        training.run()
        assert training.run_after(days=1) == 0
        assert "LSAL_RETRAIN_COMMAND" in training.retrainer.announcer.trouble("parts", "command")
