"""The funnel over time: by the minute, the hour, six hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from plugin.stores.measures.funnel import KEEP_MINUTES, Bucket, Funnel, Span

NOW = datetime(2026, 11, 23, 14, 37, 12, tzinfo=UTC)
CAME = {"received": 100, "sampled": 40, "matched": 7, "outcome:kept": 3, "rule:unsure": 3}


@pytest.fixture
def funnel(redis: Redis) -> Funnel:
    return Funnel(redis)


def count(funnel: Funnel, *ago: timedelta) -> None:
    for each in ago:
        funnel.count_all("parts", CAME, NOW - each)
    funnel.flush()


@pytest.mark.parametrize(
    ("span", "number", "step", "last"),
    [
        ("hour", 60, timedelta(minutes=1), NOW.replace(second=0)),
        ("day", 24, timedelta(hours=1), NOW.replace(minute=0, second=0)),
        ("week", 28, timedelta(hours=6), NOW.replace(hour=12, minute=0, second=0)),
    ],
)
def test_a_span_is_whole_and_without_gaps(
    funnel: Funnel, span: Span, number: int, step: timedelta, last: datetime
) -> None:
    count(funnel, timedelta(0))
    found = funnel.series("parts", span, NOW)
    assert [each.start for each in found] == [last - step * (number - 1 - n) for n in range(number)]
    assert found[-1] == Bucket(last, 100, 40, 7, 3)
    assert found[:-1] == [Bucket(each.start, 0, 0, 0, 0) for each in found[:-1]]


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("hour", timedelta(minutes=59), timedelta(minutes=60)),
        ("day", timedelta(hours=23), timedelta(hours=24)),
        ("week", timedelta(days=6, hours=20), timedelta(days=6, hours=21)),
    ],
)
def test_what_is_older_is_left_out(
    funnel: Funnel, span: Span, inside: timedelta, outside: timedelta
) -> None:
    count(funnel, outside, inside)
    found = funnel.series("parts", span, NOW)
    assert (found[0].received, sum(each.received for each in found)) == (100, 100)


def test_hours_are_added_up_to_six(funnel: Funnel) -> None:
    count(funnel, timedelta(0), timedelta(hours=2), timedelta(hours=3))
    week = funnel.series("parts", "week", NOW)
    assert [each.received for each in week[-2:]] == [100, 200]


def test_times_of_any_zone_are_those_of_utc(funnel: Funnel) -> None:
    kolkata = NOW.astimezone(ZoneInfo("Asia/Kolkata"))
    funnel.count_all("parts", CAME, kolkata)
    funnel.flush()
    assert funnel.series("parts", "hour", NOW)[-1].kept == 3
    assert funnel.series("parts", "week", kolkata) == funnel.series("parts", "week", NOW)


def test_all_processes_add_up_and_projects_stay_apart(redis: Redis, funnel: Funnel) -> None:
    count(funnel, timedelta(0))
    count(Funnel(redis), timedelta(0))
    assert funnel.series("parts", "hour", NOW)[-1].received == 200
    assert not any(each.received for each in funnel.series("doors", "hour", NOW))


def test_minutes_are_forgotten_and_hold_nothing_that_is_not_shown(
    redis: Redis, funnel: Funnel
) -> None:
    count(funnel, timedelta(0))
    funnel.count_all("parts", {"edge:dropped": 5}, NOW - timedelta(minutes=1))
    funnel.flush()
    [key] = redis.scan_iter("lsal:parts:minute:*")
    assert 3600 < redis.ttl(key) <= KEEP_MINUTES
    assert set(redis.hkeys(key)) == {"received", "sampled", "matched", "outcome:kept"}
