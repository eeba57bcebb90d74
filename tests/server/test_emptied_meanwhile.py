"""Redis emptied between the moment a frame is granted and the moment it is durable."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.domain.frame import Frame
from plugin.formats.native import PostedEvent
from plugin.services.intake.cases import Kept
from plugin.services.intake.receiving import Answer, Offer
from plugin.stores.frames.spool import Spool
from tests.samples import NOW, box, encoded, jpeg, prediction, settings
from tests.server.admissions import counters

CAP = 3


class SlowSpool(Spool):
    """Lets something happen before it writes, once."""

    meanwhile: Callable[[], object] | None = None

    def add_all(self, frames: Sequence[tuple[Frame, bytes]]) -> list[bool]:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return super().add_all(frames)


@pytest.fixture
def limited(application: Application) -> Application:
    application.history.add(settings(limits={"per_day": CAP}), "test", NOW)
    application.deployments.register("parts", "line-3", NOW)
    return application


def keep(application: Application, event_id: str, spool: Spool) -> Kept:
    body = msgspec.Raw(encoded(prediction(box())).encode())
    event = PostedEvent(prediction=body, event_id=event_id, model_version="7")
    (deployment,) = application.deployments.of_project("parts")
    offer = application.receiver.decide(deployment, event, NOW, file=jpeg())
    assert isinstance(offer, Offer)
    return replace(application.keeper, spool=spool).keep([offer])[0]


@pytest.mark.parametrize(("others", "outcome"), [(CAP - 1, "kept"), (CAP, "cap_reached")])
def test_it_is_charged_again_or_taken_back(
    limited: Application, redis: Redis, others: int, outcome: str
) -> None:
    def meanwhile() -> None:
        redis.flushall()
        for number in range(others):
            keep(limited, f"other-{number}", limited.spool)

    slow = SlowSpool(limited.store)
    slow.meanwhile = meanwhile
    answer = keep(limited, "slow", slow)
    assert isinstance(answer, Answer)
    assert answer.outcome == outcome
    assert len(limited.spool.pending("parts")) == CAP
    assert counters(redis)[""][-1] == CAP


def test_a_redis_that_is_emptied_and_stays_away_costs_the_frame_nothing(
    limited: Application, redis: Redis
) -> None:
    slow = SlowSpool(limited.store)
    slow.meanwhile = lambda: redis.flushall() and redis.set("lsal:parts:caps", "no hash")
    answer = keep(limited, "slow", slow)
    assert isinstance(answer, Answer)
    assert answer.outcome == "kept"
