"""Intervals, against the tables of the papers that compare them."""

import pytest

from plugin.domain.intervals import difference, wilson


@pytest.mark.parametrize(
    ("hits", "number", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (29, 29, (0.8830, 1.0)),
    ],
)
def test_wilson(hits: int, number: int, expected: tuple[float, float]) -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
    assert wilson(hits, number) == pytest.approx(expected, abs=1e-4)


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param((56, 70), (48, 80), (0.0524, 0.3339), id="a"),
        pytest.param((9, 10), (3, 10), (0.1705, 0.8090), id="b"),
        pytest.param((5, 56), (0, 29), (-0.0381, 0.1926), id="d"),
        pytest.param((10, 10), (0, 10), (0.6075, 1.0), id="h"),
    ],
)
def test_differences_are_newcombes(
    now: tuple[int, int], before: tuple[int, int], expected: tuple[float, float]
) -> None:
    # Newcombe, Interval estimation for the difference …, 1998, table II, method 10.
    assert difference(*now, *before) == pytest.approx(expected, abs=1e-4)
