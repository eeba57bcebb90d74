"""The funnel: how many events got how far, per project and hour.

Counts are added up in the process and flushed every second, so that an event which is turned away
costs no call to Redis. A `kill -9` loses at most a second of counts, never a frame.

The stages of an event:

    received, sampled, matched      how far it came
    outcome:<outcome>               what became of it; `repeated` for one that came again
    rule:<name>                     the rule that was charged for it
    edge:<outcome>                  what a client decided on its own, as it reports it
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from redis import Redis

from plugin.stores.sums import Addition, SharedSums

KEEP = 35 * 24 * 3600
"""Seconds for which hourly counts are kept."""


class _Hour(NamedTuple):
    """An hour in UTC, until which time it lasts, and its name."""

    start: datetime
    end: datetime
    name: str


class Funnel:
    """Counters of one process on their way to Redis, and the totals of all processes there."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sums: SharedSums[tuple[str, str, str]] = SharedSums(redis, _additions)
        self._hour = _hour_of(datetime(1970, 1, 1, tzinfo=UTC))

    def count_all(self, project: str, counts: Mapping[str, int], now: datetime) -> None:
        """Count a group of events: how many of them reached each stage."""
        hour = self._name_of(now)
        self._sums.add([((project, hour, stage), number) for stage, number in counts.items()])

    def flush(self) -> None:
        """Add what was counted to Redis.

        Raises:
            RedisError: it is away; what was counted is kept for the next time.
        """
        self._sums.flush()

    def totals(self, project: str) -> dict[str, int]:
        """Counts of all processes since the project began."""
        stored = self._redis.hgetall(_total(project))
        return {str(stage): int(number) for stage, number in stored.items()}

    def _name_of(self, now: datetime) -> str:
        """The hour's name, kept from one event to the next: making it costs more than counting."""
        hour = self._hour
        if not hour.start <= now < hour.end:
            hour = self._hour = _hour_of(now)
        return hour.name


def _hour_of(now: datetime) -> _Hour:
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _Hour(start, start + timedelta(hours=1), f"{start:%Y-%m-%dT%H}")


def _additions(key: tuple[str, str, str], number: int) -> tuple[Addition, Addition]:
    project, hour, stage = key
    return (
        Addition(_total(project), stage, number),
        Addition(f"{_total(project)}:{hour}", stage, number, KEEP),
    )


def _total(project: str) -> str:
    return f"lsal:{project}:funnel"
