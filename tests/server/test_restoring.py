"""Redis emptied: caps, remembered events and looks come back from the Store, by themselves."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.domain.deciding import Outcome
from plugin.domain.errors import ConflictError
from plugin.formats.native import PostedEvent
from plugin.services.intake.cases import Kept
from plugin.services.intake.receiving import Answer, Offer
from plugin.stores.access.deployments import Deployment
from tests.samples import NOW, box, encoded, jpeg, prediction, settings
from tests.server.admissions import stored

CAP = 20
RULES = [
    {"name": "few", "limits": {"per_day": 2, "per_hour": 1}},
    {"name": "more", "limits": {"per_hour": 1}, "when": {"classes": ["dent"]}},
]
LIMITED = settings(
    rules=RULES,
    limits={"per_minute": 3, "per_day": 40},
    near_duplicates={"within": "1h", "distance": 2},
)


@pytest.fixture
def deployment(application: Application) -> Deployment:
    application.history.add(LIMITED, "test", NOW)
    return application.deployments.register("parts", "line-3", NOW)[0]


def offered(
    application: Application, deployment: Deployment, number: int, now: datetime, **changes: Any
) -> Offer:
    """An event that is wanted; its image comes later where its number is a multiple of four."""
    found = prediction(box(**changes))
    event = PostedEvent(
        prediction=msgspec.Raw(encoded(found).encode()), event_id=f"e{number}", model_version="7"
    )
    file = jpeg(seed=number) if number % 4 else None
    offer = application.receiver.decide(deployment, event, now, file=file)
    assert isinstance(offer, Offer)
    return offer


def keep(
    application: Application, deployment: Deployment, number: int, now: datetime, **changes: Any
) -> Kept:
    """Post an event."""
    offer = offered(application, deployment, number, now, **changes)
    return application.keeper.keep([offer])[0]


def a_day(application: Application, deployment: Deployment) -> list[tuple[int, datetime]]:
    """Events of nine hours, some of them kept, in every state that a frame may have."""
    posted = []
    for number in range(1, 19):
        now = NOW - timedelta(minutes=30 * (18 - number))
        keep(application, deployment, number, now)
        posted.append((number, now))
    pending = application.spool.pending("parts")
    for place, identifier in enumerate(pending[:4]):
        frame = application.spool.frame("parts", identifier)
        assert frame is not None
        if place % 2:
            application.spool.mark_all_imported("batch", [(frame, place)], NOW)
        else:
            application.spool.mark_failed(frame, "no image", NOW)
    return posted


def test_an_emptied_redis_is_filled_as_it_was(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    a_day(application, deployment)
    before = stored(redis)
    redis.flushall()
    application.restorer.restore(LIMITED, NOW)
    after = stored(redis)
    assert after["looks"] == looks_of_the_hour(before) != []
    events = [key for key in before if ":events:" in key]
    assert [after[key] for key in events] == [before[key] for key in events]
    # A counter that nobody has asked for lately may stand at an older minute.
    assert {scope: numbers[4:] for scope, numbers in _counters(after).items()} == {
        scope: numbers[4:] for scope, numbers in _counters(before).items()
    }


def looks_of_the_hour(found: dict[str, object]) -> list[tuple[str, float]]:
    looks = found["looks"]
    assert isinstance(looks, list)
    return [(look, at) for look, at in looks if at >= NOW.timestamp() - 3600]


def _counters(found: dict[str, object]) -> dict[str, list[int]]:
    counters = found["caps"]
    assert isinstance(counters, dict)
    return counters


def test_restoring_takes_nothing_away_and_may_be_done_twice(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    a_day(application, deployment)
    application.restorer.restore(LIMITED, NOW)
    first = stored(redis)
    redis.hset("lsal:parts:events:2968", "another", "d:")
    application.restorer.restore(LIMITED, NOW)
    assert _counters(stored(redis)) == _counters(first)
    assert redis.hget("lsal:parts:events:2968", "another") == "d:"


def test_after_a_loss_every_event_is_answered_as_before(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    posted = a_day(application, deployment)
    before = [keep(application, deployment, *each) for each in posted]
    redis.flushall()
    after = [keep(application, deployment, *each) for each in posted]
    assert after == before
    assert {each.outcome for each in before if isinstance(each, Answer)} >= {
        Outcome.KEPT, Outcome.CAP_REACHED,
    }  # fmt: skip


def test_after_a_loss_another_body_under_a_known_id_is_still_a_conflict(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    keep(application, deployment, 1, NOW)
    redis.flushall()
    assert isinstance(keep(application, deployment, 1, NOW, confidence=0.2), ConflictError)


def test_a_frame_without_a_digest_is_known_whatever_comes(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    keep(application, deployment, 1, NOW)
    (key,) = application.store.keys("projects/parts/frames/pending/")
    record = msgspec.json.decode(application.store.get(key))
    del record["digest"]
    application.store.put(key, msgspec.json.encode(record))
    redis.flushall()
    answer = keep(application, deployment, 1, NOW)
    assert isinstance(answer, Answer)
    assert answer.outcome is Outcome.KEPT


def test_a_place_that_is_held_can_be_given_back_after_a_loss(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    value = settings(limits={"per_day": 1})
    application.history.add(value, "test", NOW)
    keep(application, deployment, 4, NOW)
    redis.flushall()
    application.restorer.restore(value, NOW)
    assert application.completer.expire("parts", NOW + timedelta(hours=2)) == 1
    assert _counters(stored(redis))[""][1::2] == [0, 0, 0]


def test_an_image_that_comes_after_a_loss_is_compared_with_those_before_it(
    application: Application, deployment: Deployment, redis: Redis
) -> None:
    keep(application, deployment, 1, NOW)
    held = keep(application, deployment, 4, NOW)
    assert isinstance(held, Answer)
    redis.flushall()
    answer = application.completer.complete("parts", held.frame_id, jpeg(seed=1), NOW)
    assert answer.outcome is Outcome.NEAR_DUPLICATE
    assert _counters(stored(redis))[""][1::2] == [1, 1, 1], "its budget went back"


@pytest.mark.parametrize("seconds", [0, -3600])
def test_never_one_over_however_often_redis_is_emptied(
    application: Application, deployment: Deployment, redis: Redis, seconds: int
) -> None:
    value = settings(rules=[RULES[0], {"name": "rest"}], limits={"per_day": CAP})
    application.history.add(value, "test", NOW)

    def post(number: int) -> Kept:
        if number % 7 == 0:
            redis.flushall()
        at = NOW + timedelta(seconds=seconds if number > 40 else 0)
        return keep(application, deployment, number * 4 + 1, at)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, range(80)))
    kept = [each for each in answers if isinstance(each, Answer) and each.outcome is Outcome.KEPT]
    frames = [application.spool.frame("parts", each) for each in application.spool.pending("parts")]
    assert {each.frame_id for each in kept} == {each.frame_id for each in frames if each}
    rules = Counter(frame.rule for frame in frames if frame)
    assert rules == {"few": 1, "rest": CAP - 1}


@pytest.mark.parametrize(
    "limits", [{"limits": {"per_day": 1}}, {"rules": [{"name": "rest", "limits": {"per_hour": 1}}]}]
)
def test_what_was_counted_twice_over_an_emptied_redis_is_taken_back(
    application: Application, deployment: Deployment, redis: Redis, limits: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Emptied between a grant and its frame in the Store, and again before it is asked for."""
    application.history.add(settings(**limits), "test", NOW)
    add_all = application.spool.add_all

    def emptied_before_and_after(frames: Any) -> list[bool]:
        monkeypatch.undo()
        redis.flushall()
        assert kind(keep(application, deployment, 1, NOW)) is Outcome.KEPT
        added = add_all(frames)
        redis.flushall()
        return added

    monkeypatch.setattr(application.spool, "add_all", emptied_before_and_after)
    twice = [offered(application, deployment, 2, NOW)] * 2
    assert [kind(each) for each in application.keeper.keep(twice)] == [Outcome.CAP_REACHED] * 2
    assert len(application.spool.pending("parts")) == 1
    assert {tuple(each[1::2]) for each in _counters(stored(redis)).values()} == {(1, 1, 1)}
    assert kind(keep(application, deployment, 1, NOW)) is Outcome.KEPT, "it is known"


def test_what_was_kept_before_a_cap_was_lowered_is_known_all_the_same(
    application: Application, deployment: Deployment
) -> None:
    application.history.add(settings(), "test", NOW)
    for number in (1, 2, 3):
        keep(application, deployment, number, NOW)
    application.history.add(settings(limits={"per_day": 1}), "test", NOW)
    assert kind(keep(application, deployment, 3, NOW)) is Outcome.KEPT
    assert len(application.spool.pending("parts")) == 3


def kind(answer: Kept) -> Outcome:
    assert isinstance(answer, Answer)
    return answer.outcome
