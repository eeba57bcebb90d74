"""Confidences of what arrives and of what is kept, per project, in bins of five per cent.

Arriving is estimated from the sample of recent events, kept is every frame that was kept; so their
shapes can be compared, their sizes cannot.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from redis import Redis

from plugin.domain.prediction import Prediction
from plugin.stores.measures.sums import Addition, SharedSums

BINS = 20
DAYS = 7
"""Days that are shown, the current one (UTC) included."""

KEEP = (DAYS + 1) * 24 * 3600
"""Seconds for which a day's counts are kept."""

_PARTS = 100
"""An estimate is counted in hundredths: Redis adds whole numbers."""

Side = Literal["arrived", "kept"]
_SIDES: tuple[Side, Side] = ("arrived", "kept")
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Confidences:
    """How many boxes or labels fell into each of BINS bins of confidence, from 0 to 1.

    `arrived` is an estimate; a confidence on a bound belongs to the bin above it.
    """

    arrived: tuple[int, ...]
    kept: tuple[int, ...]


class Histograms:
    """Counts of one process on their way to Redis, and the histograms of all processes there."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sums: SharedSums[_Key] = SharedSums(redis, _additions)

    def arrived(self, project: str, prediction: Prediction, weight: float, now: datetime) -> None:
        """Count the boxes or labels of an event that stands for `weight` events."""
        self._add(project, "arrived", prediction, (weight, now))

    def kept(self, project: str, prediction: Prediction, now: datetime) -> None:
        """Count the boxes or labels of a frame that was kept."""
        self._add(project, "kept", prediction, (1.0, now))

    def flush(self) -> None:
        """Add what was counted to Redis.

        Raises:
            RedisError: it is away; what was counted is kept for the next time.
        """
        self._sums.flush()

    def of(self, project: str, now: datetime) -> Confidences:
        """The confidences of the last DAYS days.

        Raises:
            RedisError: Redis is away.
        """
        pipeline = self._redis.pipeline(transaction=False)
        for back in range(DAYS):
            pipeline.hgetall(_hash(project, _day(now - timedelta(days=back))))
        counted: Counter[str] = Counter()
        for day in pipeline.execute():
            counted.update({field: int(number) for field, number in day.items()})
        return Confidences(*(_bins(counted, side) for side in _SIDES))

    def _add(
        self, project: str, side: Side, prediction: Prediction, times: tuple[float, datetime]
    ) -> None:
        weight, now = times
        units = prediction.boxes or prediction.labels
        counted = Counter([min(int(unit.confidence * BINS), BINS - 1) for unit in units])
        day = _day(now)
        self._sums.add(
            [
                ((project, day, f"{side}:{place}"), round(number * weight * _PARTS))
                for place, number in counted.items()
            ]
        )


def _bins(counted: Counter[str], side: Side) -> tuple[int, ...]:
    return tuple(round(counted[f"{side}:{place}"] / _PARTS) for place in range(BINS))


def median(counts: Sequence[int]) -> float | None:
    """The confidence that half of them lie below, as far as bins tell; None where there is none."""
    left = sum(counts) / 2
    if not left:
        return None
    for place, count in enumerate(counts):
        if count >= left:
            return (place + left / count) / len(counts)
        left -= count
    return 1.0


def _additions(key: _Key, number: int) -> tuple[Addition]:
    project, day, field = key
    return (Addition(_hash(project, day), field, number, KEEP),)


def _day(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def _hash(project: str, day: str) -> str:
    return f"lsal:{project}:confidence:{day}"
