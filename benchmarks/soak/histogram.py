"""Durations, counted in buckets that grow by 5 %: they add up, and take no more room over time."""

from collections.abc import Iterable
from math import ceil, log

import msgspec

LEAST = 50e-6
"""Seconds; whatever is shorter counts as this."""

GROWTH = 1.05


class Histogram(msgspec.Struct):
    """How many durations fell into each bucket: bucket n ends at LEAST * GROWTH ** n seconds."""

    counts: dict[int, int] = {}

    def add(self, seconds: float) -> None:
        """Count one duration."""
        bucket = max(0, ceil(log(max(seconds, LEAST) / LEAST, GROWTH) - 1e-9))
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    @property
    def number(self) -> int:
        """How many durations were counted."""
        return sum(self.counts.values())

    def percentile(self, share: float) -> float:
        """The duration (seconds) that a share (0 to 1) of all do not exceed, at most 5 % too long.

        By the nearest rank: the smallest bound under which at least that share lies. 0 of nothing.
        """
        left = max(1, ceil(share * self.number - 1e-9))
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                return float(LEAST * GROWTH**bucket)
        return 0.0


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """All of them as one."""
    counts: dict[int, int] = {}
    for each in histograms:
        for bucket, number in each.counts.items():
            counts[bucket] = counts.get(bucket, 0) + number
    return Histogram(counts)
