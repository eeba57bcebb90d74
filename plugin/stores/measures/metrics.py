"""Counters and histograms of all processes, for /metrics.

What became of events is not here: the funnel counts that already.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from redis import Redis

from plugin.stores.measures.sums import Addition, SharedSums

REQUEST_SECONDS = "lsal_request_seconds"
"""How long requests took. Labels: route, status (a class like `2xx`)."""

LABEL_STUDIO_REQUESTS = "lsal_label_studio_requests"
"""Requests to Label Studio. Label: outcome (`ok`, an HTTP status, or `no_answer`)."""

IMPORTED_FRAMES = "lsal_imported_frames"
"""Frames that became tasks in Label Studio. Label: project."""

BUCKETS = (
    50e-6, 100e-6, 250e-6, 500e-6, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
"""Upper bounds of a histogram's buckets, in seconds; one more takes whatever is over the last."""

_SUM = "sum"
_NANOSECONDS = 1_000_000_000

Labels = tuple[str, ...]


class Histogram(NamedTuple):
    """How many observations fell into each bucket (one more than BUCKETS), and their sum."""

    counts: list[int]
    seconds: float


class Metrics:
    """Sums of one process on their way to Redis, and those of all processes there.

    Labels come from a set that the code knows: never from a request.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sums: SharedSums[tuple[str, Labels, str]] = SharedSums(redis, _additions)

    def add(self, name: str, labels: Labels, number: int = 1) -> None:
        """Add to a counter."""
        self._sums.add((((name, labels, _SUM), number),))

    def observe(self, name: str, labels: Labels, seconds: float) -> None:
        """Add one observation to a histogram."""
        self.observe_all(name, labels, (seconds,))

    def observe_all(self, name: str, labels: Labels, seconds: Iterable[float]) -> None:
        """Add observations to a histogram."""
        counts, taken = [0] * (len(BUCKETS) + 1), 0.0
        for each in seconds:
            counts[bisect_left(BUCKETS, each)] += 1
            taken += each
        found = [((name, labels, str(n)), count) for n, count in enumerate(counts) if count]
        self._sums.add([*found, ((name, labels, _SUM), int(taken * _NANOSECONDS))])

    def flush(self) -> None:
        """Add what was gathered to Redis.

        Raises:
            RedisError: it is away; what was gathered is kept for the next time.
        """
        self._sums.flush()

    def counters(self, name: str) -> Mapping[Labels, int]:
        """A counter of all processes, by its labels."""
        return {labels: number for (labels, _), number in self._stored(name).items()}

    def histograms(self, name: str) -> Mapping[Labels, Histogram]:
        """A histogram of all processes, by its labels."""
        stored = self._stored(name)
        parts = [str(index) for index in range(len(BUCKETS) + 1)]
        return {
            labels: Histogram(
                [stored.get((labels, part), 0) for part in parts],
                stored.get((labels, _SUM), 0) / _NANOSECONDS,
            )
            for labels in dict.fromkeys(labels for labels, _ in stored)
        }

    def _stored(self, name: str) -> dict[tuple[Labels, str], int]:
        """Sums by labels and part: a bucket's index, or the sum."""
        sums = {}
        for field, number in self._redis.hgetall(_hash(name)).items():
            if field != "other":  # what was over the bound has no labels
                *labels, part = msgspec.json.decode(field, type=list[str])
                sums[tuple(labels), part] = int(number)
        return sums


def _additions(key: tuple[str, Labels, str], number: int) -> tuple[Addition]:
    name, labels, part = key
    return (Addition(_hash(name), msgspec.json.encode([*labels, part]).decode(), number),)


def _hash(name: str) -> str:
    return f"lsal:metrics:{name}"
