"""The drawings of an analysis: places and heights worked out, 0 to 100 from the top down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plugin.domain import summing
from plugin.domain.analysis import Bin, Cell, Summary
from plugin.domain.intervals import Interval, wilson

TALL = 100.0
MOST_VERSIONS = 4
"""Curves in one drawing; as many can be told apart."""

MOST_WEEKS = 104

Measured = tuple[float | None, int, Interval]
"""A share, how many it is of, and its interval."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A share with its interval, at `x` weeks from the left; `label` says it in words."""

    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One model version over time."""

    name: str
    dots: tuple[Dot, ...]

    @property
    def points(self) -> str:
        """Its line, as SVG has it."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Curves:
    """Precision and recall of the newest model versions, a week one unit wide."""

    first: date | None
    last: date | None
    weeks: int
    names: tuple[str, ...]
    panels: tuple[tuple[str, tuple[Curve, ...]], ...]
    more: int
    """Versions that are not drawn."""


@dataclass(frozen=True, slots=True)
class BinBar:
    """A band of confidence: how many of its predictions were right."""

    bin: Bin
    height: float
    """Of the share that was right, 0 to 100."""
    low: float
    high: float


def bin_bars(bins: Sequence[Bin]) -> list[BinBar]:
    """Bars for bands of confidence; one without predictions has no height."""
    return [
        BinBar(
            each,
            round(TALL * each.right / each.objects, 2) if each.objects else 0,
            *_whisker(wilson(each.right, each.objects)),
        )
        for each in bins
    ]


def curves(cells: Sequence[Cell]) -> Curves:
    """The newest versions over the last two years at most."""
    if not cells:
        return Curves(None, None, 0, (), (), 0)
    last = max(cell.week for cell in cells)
    first = max(min(cell.week for cell in cells), last - timedelta(weeks=MOST_WEEKS - 1))
    shown = [cell for cell in cells if cell.week >= first]
    versions = [row.name for row in summing.by_version(shown)]
    names = tuple(versions[:MOST_VERSIONS])
    rows = {
        name: summing.by_week([cell for cell in shown if cell.model_version == name])
        for name in names
    }
    panels = (
        ("Precision", _curves(rows, first, _precision)),
        ("Recall", _curves(rows, first, _recall)),
    )
    weeks = (last - first).days // 7 + 1
    return Curves(first, last, weeks, names, panels, len(versions) - len(names))


def _curves(
    rows: Mapping[str, Sequence[Summary]], first: date, of: Callable[[Summary], Measured]
) -> tuple[Curve, ...]:
    """A curve a version, of its sums by week."""
    return tuple(Curve(name, tuple(_dots(weeks, first, of))) for name, weeks in rows.items())


def _dots(
    weeks: Sequence[Summary], first: date, of: Callable[[Summary], Measured]
) -> Iterator[Dot]:
    for row in weeks:
        share, number, interval = of(row)
        if share is not None:
            x = (date.fromisoformat(row.name) - first).days / 7 + 0.5
            label = f"week of {row.name}: {share:.0%} of {number:,}"
            yield Dot(x, _down(share), *_whisker(interval), label)


def _precision(row: Summary) -> Measured:
    return row.quality.precision, row.quality.predicted, row.quality.precision_interval


def _recall(row: Summary) -> Measured:
    return row.quality.recall, row.quality.true, row.quality.recall_interval


def _whisker(interval: Interval) -> tuple[float, float]:
    return _down(interval[0]), _down(interval[1])


def _down(share: float) -> float:
    """A share as a distance from the top of a drawing."""
    return round(TALL * (1 - share), 2)
