"""Whether the model that was trained came into use, as its deployment's posts say."""

from collections.abc import Iterator

import pytest

from plugin.bootstrap import Application
from plugin.domain.deployment import Deployment
from plugin.stores.measures.activity import OTHER
from tests.server.receiver import Reply
from tests.server.training import Training, training_of


@pytest.fixture
def training(application: Application) -> Iterator[Training]:
    with training_of(application) as training:
        training.ask_for(after_images=1, webhook=training.receiver.url)
        yield training


@pytest.fixture
def line(application: Application, training: Training) -> Deployment:
    """A deployment that runs v1 and has posted with it."""
    found, _ = application.deployments.register("parts", "line-3", training.clock())
    post(training, found, "v1", "")
    return found


def post(training: Training, deployment: Deployment, *versions: str) -> None:
    for version in versions:
        training.parts.activity.saw(deployment, version, 1, training.clock())
    training.parts.activity.flush()


def announce(training: Training, name: str) -> None:
    training.review(name * 32)
    while training.run():
        pass


def seen(training: Training, version: int = 1) -> tuple[str, str] | None:
    found = training.announcement(version).seen
    return (found.version, found.deployment) if found else None


def test_a_model_that_is_posted_anew_is_the_new_one(training: Training, line: Deployment) -> None:
    announce(training, "a")
    post(training, line, "v1", "", OTHER)
    assert not training.retrainer.has_work("parts")
    assert (training.run(), seen(training)) == (0, None)
    post(training, line, "v2")
    assert training.retrainer.has_work("parts")
    training.run()
    assert seen(training) == ("v2", "line-3")
    post(training, line, "v3")
    training.run()
    assert seen(training) == ("v2", "line-3")


def test_each_version_has_a_model_of_its_own(training: Training, line: Deployment) -> None:
    announce(training, "a")
    post(training, line, "v2")
    training.run()
    announce(training, "b")
    post(training, line, "v1", "v2")
    assert (training.run(), seen(training, 2)) == (0, None)
    post(training, line, "v3")
    training.run()
    assert (seen(training), seen(training, 2)) == (("v2", "line-3"), ("v3", "line-3"))


def test_what_an_emptied_redis_forgot_is_no_new_model(training: Training, line: Deployment) -> None:
    announce(training, "a")
    post(training, line, "v2")
    training.run()
    training.parts.redis.flushdb()
    announce(training, "b")
    post(training, line, "v1", "v2")
    training.run()
    assert seen(training, 2) is None


def test_what_came_into_use_before_anybody_was_told_was_not_made_of_it(
    training: Training, line: Deployment
) -> None:
    training.receiver.replies = [Reply(503)]
    announce(training, "a")
    post(training, line, "v2")
    training.run()
    assert seen(training) is None
    assert training.run_after(seconds=10) == 1
    training.run()
    assert seen(training) is None
    post(training, line, "v3")
    training.run()
    assert seen(training) == ("v3", "line-3")


def test_the_model_that_the_trainer_named_is_looked_for(
    training: Training, line: Deployment
) -> None:
    training.receiver.replies = [Reply(200, b'{"model_version": "v9", "more": [1]}')]
    announce(training, "a")
    assert training.announcement(1).expected == "v9"
    post(training, line, *["v2"] * 5, "v9")
    training.run()
    assert seen(training) == ("v9", "line-3")


@pytest.mark.parametrize(
    "body", [b"", b"ok", b'{"model_version": 7}', b'{"model_version": "%s"}' % (b"x" * 200), b"[]"]
)
def test_an_answer_that_names_none_is_fine_too(training: Training, body: bytes) -> None:
    training.receiver.replies = [Reply(200, body)]
    announce(training, "a")
    assert training.announcement(1).expected == ""
    assert training.outcomes(1) == ["delivered"]


def test_a_version_that_is_for_nobody_has_a_model_too(training: Training, line: Deployment) -> None:
    training.ask_for(after_images=1)
    announce(training, "a")
    post(training, line, "v2")
    training.run()
    assert seen(training) == ("v2", "line-3")
