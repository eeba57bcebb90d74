"""Whether Label Studio answers, as it is noted for all processes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from redis import Redis

from plugin.stores.measures.answering import Answering, LabelStudioAnswering

START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def minutes() -> Iterator[datetime]:
    """A clock's times, a minute apart."""
    return (START + timedelta(minutes=number) for number in range(1_000))


def test_what_was_never_asked_is_not_known(redis: Redis) -> None:
    assert LabelStudioAnswering(redis, lambda: START).read() == Answering()


def test_it_is_away_since_the_first_failure_until_it_answers(redis: Redis) -> None:
    times = minutes()
    found = LabelStudioAnswering(redis, lambda: next(times))
    for outcome in ("ok", "no_answer", "503", "no_answer"):
        found.note(outcome)
    assert found.read() == Answering(START, START + timedelta(minutes=1))
    found.note("404")  # it refuses, so it is there
    assert found.read() == Answering(START + timedelta(minutes=4), None)


def test_what_is_said_again_at_once_costs_nothing(redis: Redis) -> None:
    found = LabelStudioAnswering(redis, lambda: START)
    found.note("ok")
    redis.flushdb()
    found.note("ok")
    assert found.read() == Answering()
    found.note("no_answer")
    assert found.read() == Answering(None, START)


def test_a_redis_that_is_away_stops_nobody() -> None:
    with Redis(port=1) as away:
        LabelStudioAnswering(away, lambda: START).note("ok")
