"""The funnel: how many events got how far, per project and hour, lately also per minute.

Counts are added up in the process and flushed every second, so that an event which is turned away
costs no call to Redis. A `kill -9` loses at most a second of counts, never a frame.

The stages of an event:

    received, sampled, matched      how far it came
    outcome:<outcome>               what became of it; `repeated` for one that came again
    rule:<name>                     the rule that was charged for it
    edge:<outcome>                  what a client decided on its own, as it reports it
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal, NamedTuple

from redis import Redis

from plugin.stores.measures.sums import Addition, SharedSums

KEEP = 35 * 24 * 3600
"""Seconds for which hourly counts are kept."""

KEEP_MINUTES = 2 * 3600
"""Seconds for which counts by the minute are kept."""

STAGES = ("received", "sampled", "matched", "outcome:kept")
"""The stages that are also counted by the minute, and that a series tells of."""

HOUR_NAME = len("2026-11-23T12")

Span = Literal["hour", "day", "week"]

_Key = tuple[str, str, str]

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_STEPS: Mapping[Span, tuple[timedelta, int]] = {
    "hour": (_MINUTE, 60), "day": (_HOUR, 24), "week": (6 * _HOUR, 28),
}  # fmt: skip
"""How long a bucket of a span is, and how many there are."""


class Bucket(NamedTuple):
    """Events that came within some time (UTC), and how far they got; the last is not over yet."""

    start: datetime
    received: int
    sampled: int
    matched: int
    kept: int


class _Minute(NamedTuple):
    """A minute in UTC, until which time it lasts, and its name."""

    start: datetime
    end: datetime
    name: str


class Funnel:
    """Counters of one process on their way to Redis, and the totals of all processes there."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        # Apart: where Redis is away for long, so many minutes must not push hours aside.
        self._hours: SharedSums[_Key] = SharedSums(redis, _of_hour)
        self._minutes: SharedSums[_Key] = SharedSums(redis, _of_minute)
        self._minute = _minute_of(datetime(1970, 1, 1, tzinfo=UTC))

    def count_all(self, project: str, counts: Mapping[str, int], now: datetime) -> None:
        """Count a group of events: how many of them reached each stage."""
        minute = self._name_of(now)
        hour = minute[:HOUR_NAME]
        self._hours.add([((project, hour, stage), number) for stage, number in counts.items()])
        lately = [((project, minute, stage), counts[stage]) for stage in STAGES if stage in counts]
        self._minutes.add(lately)

    def flush(self) -> None:
        """Add what was counted to Redis.

        Raises:
            RedisError: it is away; what was counted is kept for the next time.
        """
        self._hours.flush()
        self._minutes.flush()

    def totals(self, project: str) -> dict[str, int]:
        """Counts of all processes since the project began."""
        stored = self._redis.hgetall(_total(project))
        return {str(stage): int(number) for stage, number in stored.items()}

    def series(self, project: str, span: Span, now: datetime) -> list[Bucket]:
        """How far events got over time, oldest first.

        An hour is told by the minute, a day by the hour, a week by six hours.

        Raises:
            RedisError: Redis is away.
        """
        step, number = _STEPS[span]
        last = _floor(now, step)
        starts = [last - step * back for back in reversed(range(number))]
        names = [_names(project, start, step) for start in starts]
        pipeline = self._redis.pipeline(transaction=False)
        for name in (name for each in names for name in each):
            pipeline.hmget(name, STAGES)
        found = iter(pipeline.execute())
        return [
            Bucket(start, *_added_up(list(islice(found, len(each)))))
            for start, each in zip(starts, names, strict=True)
        ]

    def _name_of(self, now: datetime) -> str:
        """The minute's name, kept from event to event: making it costs more than counting."""
        minute = self._minute
        if not minute.start <= now < minute.end:
            minute = self._minute = _minute_of(now)
        return minute.name


def _minute_of(now: datetime) -> _Minute:
    start = _floor(now, _MINUTE)
    return _Minute(start, start + _MINUTE, f"{start:%Y-%m-%dT%H:%M}")


def _floor(now: datetime, step: timedelta) -> datetime:
    """When the current minute, hour or quarter of a day began (UTC)."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // step * step


def _names(project: str, start: datetime, step: timedelta) -> list[str]:
    """The hashes whose counts make a bucket."""
    if step < _HOUR:
        return [_by_minute(project, f"{start:%Y-%m-%dT%H:%M}")]
    hours = (start + _HOUR * n for n in range(step // _HOUR))
    return [_by_hour(project, f"{each:%Y-%m-%dT%H}") for each in hours]


def _added_up(counts: Sequence[Sequence[str | None]]) -> list[int]:
    return [sum(int(each or 0) for each in stage) for stage in zip(*counts, strict=True)]


def _of_hour(key: _Key, number: int) -> tuple[Addition, Addition]:
    project, hour, stage = key
    return (
        Addition(_total(project), stage, number),
        Addition(_by_hour(project, hour), stage, number, KEEP),
    )


def _of_minute(key: _Key, number: int) -> tuple[Addition]:
    project, minute, stage = key
    return (Addition(_by_minute(project, minute), stage, number, KEEP_MINUTES),)


def _by_hour(project: str, hour: str) -> str:
    return f"{_total(project)}:{hour}"


def _by_minute(project: str, minute: str) -> str:
    return f"lsal:{project}:minute:{minute}"


def _total(project: str) -> str:
    return f"lsal:{project}:funnel"
