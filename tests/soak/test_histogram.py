"""Durations in buckets: percentiles, sums."""

from math import ceil
from random import Random

import pytest

from benchmarks.soak.histogram import GROWTH, LEAST, Histogram, merged
from tests.soak.samples import histogram


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.99, 1.0])
def test_a_percentile_is_at_most_one_bucket_too_long(share: float) -> None:
    random = Random(4)
    taken = sorted(random.lognormvariate(-6, 1.5) for _ in range(1000))
    exact = max(LEAST, taken[ceil(share * len(taken)) - 1])
    assert exact <= histogram(*taken).percentile(share) * (1 + 1e-9) <= exact * GROWTH * (1 + 2e-9)


def test_histograms_add_up() -> None:
    parts = [histogram(0.001, 0.5), histogram(0.002), Histogram()]
    assert merged(parts) == histogram(0.001, 0.002, 0.5)
    assert merged(parts).number == 3


def test_of_nothing_there_is_no_percentile() -> None:
    assert Histogram().percentile(0.99) == 0
    assert histogram(0).percentile(0.5) == LEAST
