"""The read side of the charts: bars with their heights worked out, from Redis alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.stores.measures.funnel import Bucket, Span
from plugin.stores.measures.histograms import BINS, DAYS, Confidences, median
from webhook_server.pages.project.funnel_view import EVENTS

EACH: dict[Span, str] = {"hour": "a minute", "day": "an hour", "week": "6 hours"}
"""The spans of time that can be shown, and what a bar of each stands for."""

TALL = 100.0
"""Height of the tallest bar, in units of its drawing."""

LOWEST = 2.0
"""Height of a bar whose count is above zero: however small, it is seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a drawing whose bars are one unit apart and up to TALL units high."""

    label: str
    count: int
    height: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One stage over time, on a scale of its own: often one event in a hundred is kept.

    `whole` is the total of the stage before, 0 for the first; `peak` its tallest bar's count.
    """

    key: str
    heading: str
    total: int
    whole: int
    peak: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """How far events got over time; `rows` are the same figures for a table, newest first."""

    span: Span
    panels: tuple[Panel, ...]
    rows: tuple[tuple[str, Bucket], ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans to choose from."""
        return tuple(EACH)

    @property
    def each(self) -> str:
        """What a bar stands for."""
        return EACH[self.span]

    @property
    def ends(self) -> tuple[str, str]:
        """The times at both ends of the axis."""
        return self.rows[-1][0], self.rows[0][0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing came in."""
        return not any(panel.total for panel in self.panels)


@dataclass(frozen=True, slots=True)
class ConfidenceChart:
    """Confidences of what arrives against those of what is kept, each as shares of its own total.

    Heights of both are on one scale. `medians` are in per cent, None where there is nothing.
    """

    arrived: tuple[Bar, ...]
    kept: tuple[Bar, ...]
    totals: tuple[int, int]
    medians: tuple[int | None, int | None]
    days: int = DAYS

    @property
    def is_empty(self) -> bool:
        """Whether nothing arrived and nothing was kept."""
        return not any(self.totals)


def span_of(text: str) -> Span:
    """The span that an address names; a day where it names none."""
    return next((span for span in EACH if span == text), "day")


def funnel_series(
    parts: Application, project: str, span: Span = "day", now: datetime | None = None
) -> FunnelChart:
    """How far a project's events got over the last hour, day or week.

    Raises:
        RedisError: Redis is away.
    """
    buckets = parts.funnel.series(project, span, now or utc_now())
    counts = [[getattr(bucket, key) for bucket in buckets] for key, _, _ in EVENTS]
    wholes = [0, *map(sum, counts)]
    labels = [_time(bucket.start, span) for bucket in buckets]
    panels = tuple(
        Panel(key, heading, sum(each), whole, max(each), _bars(labels, each, max(each)))
        for (key, heading, _), each, whole in zip(EVENTS, counts, wholes, strict=False)
    )
    rows = tuple(zip(labels, buckets, strict=True))
    return FunnelChart(span, panels, rows[::-1])


def confidence_histogram(
    parts: Application, project: str, now: datetime | None = None
) -> ConfidenceChart:
    """Confidences of what arrived in the last days, and of what was kept.

    Raises:
        RedisError: Redis is away.
    """
    found: Confidences = parts.histograms.of(project, now or utc_now())
    totals = sum(found.arrived), sum(found.kept)
    shares = [
        [count / (total or 1) for count in counts]
        for counts, total in zip((found.arrived, found.kept), totals, strict=True)
    ]
    top = max(map(max, shares))
    return ConfidenceChart(
        arrived=_bars(_bands(), found.arrived, top * totals[0]),
        kept=_bars(_bands(), found.kept, top * totals[1]),
        totals=totals,
        medians=(_percent(median(found.arrived)), _percent(median(found.kept))),
    )


def _bars(labels: Sequence[str], counts: Sequence[int], top: float) -> tuple[Bar, ...]:
    """Bars whose heights are shares of `top`."""
    return tuple(
        Bar(label, count, round(max(LOWEST, TALL * count / top), 2) if count else 0)
        for label, count in zip(labels, counts, strict=True)
    )


def _bands() -> list[str]:
    width = 100 // BINS
    return [f"{width * place}–{width * (place + 1)}%" for place in range(BINS)]


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _time(start: datetime, span: Span) -> str:
    """When a bucket began (UTC); over a week with its day."""
    if span == "week":
        return f"{start:%a} {start.day} {start:%b}, {start:%H:%M}"
    return f"{start:%H:%M}"
