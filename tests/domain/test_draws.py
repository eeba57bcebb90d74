"""Draws by hash: uniform over a million ids, stable, and independent between purposes."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from plugin.domain.draws import PROJECT, HashedDraw

IDS = 1_000_000
PROMISED = [0.812656444, 0.616533093, 0.785245169]
RATES = (0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.8, 0.95, 0.999)
SEED = 7


def draws(purpose: str, seed: int = SEED, ids: int = IDS) -> NDArray[np.float64]:
    draw = HashedDraw(seed).for_purpose(purpose)
    return np.fromiter((draw(f"camera-7/{n:07d}") for n in range(ids)), np.float64, ids)


@pytest.fixture(scope="module")
def project() -> NDArray[np.float64]:
    return draws(PROJECT)


@pytest.mark.parametrize("rate", RATES)
def test_the_share_below_a_rate_is_the_rate(project: NDArray[np.float64], rate: float) -> None:
    passed = int((project < rate).sum())
    # Five standard deviations of a binomial.
    assert abs(passed - IDS * rate) <= 5 * math.sqrt(IDS * rate * (1 - rate))


def test_the_distribution_is_uniform(project: NDArray[np.float64]) -> None:
    """Kolmogorov and Smirnov: the largest gap to the diagonal, at 99.9 %."""
    empirical = np.arange(1, IDS + 1) / IDS
    gap = np.abs(np.sort(project) - empirical).max()
    assert gap < 1.95 / math.sqrt(IDS)
    assert project.min() >= 0
    assert project.max() < 1


@pytest.mark.parametrize("other", [("rule", SEED), ("rule-2", SEED), (PROJECT, SEED + 1)])
def test_another_purpose_or_seed_draws_independently(
    project: NDArray[np.float64], other: tuple[str, int]
) -> None:
    count = 200_000
    correlation = np.corrcoef(project[:count], draws(*other, ids=count))[0, 1]
    assert abs(correlation) < 5 / math.sqrt(count)


def test_neighbouring_ids_draw_independently(project: NDArray[np.float64]) -> None:
    assert abs(np.corrcoef(project[:-1], project[1:])[0, 1]) < 5 / math.sqrt(IDS)


def test_draws_are_the_same_for_ever() -> None:
    """These values are a promise: a replay next year must decide as production does today."""
    draw = HashedDraw(0).for_purpose("unsure-dent")
    assert [round(draw(f"event-{n}"), 9) for n in range(3)] == PROMISED
