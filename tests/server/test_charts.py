"""Charts: bars as high as their counts say, and the same figures for a table."""

from datetime import timedelta

import pytest

from plugin.bootstrap import Application
from plugin.domain.prediction import Box, Prediction
from plugin.stores.measures.funnel import Span
from tests.samples import NOW
from webhook_server.pages.project import charts

NOBODY = {"received": 0, "sampled": 0, "matched": 0, "kept": 0}


def came(application: Application, minutes_ago: int, received: int, kept: int = 0) -> None:
    counts = {"received": received, "sampled": received // 2, "matched": kept, "outcome:kept": kept}
    application.funnel.count_all("parts", counts, NOW - timedelta(minutes=minutes_ago))
    application.funnel.flush()


def test_every_stage_is_on_a_scale_of_its_own(application: Application) -> None:
    came(application, 3, 1000, kept=1)
    came(application, 1, 250, kept=4)
    chart = charts.funnel_series(application, "parts", "hour", NOW)
    panels = {panel.key: panel for panel in chart.panels}
    assert list(panels) == list(NOBODY)
    assert [bar.height for bar in panels["received"].bars[-4:]] == [100, 0, 25, 0]
    assert [bar.height for bar in panels["kept"].bars[-4:]] == [25, 0, 100, 0]
    received, kept = panels["received"], panels["kept"]
    assert (received.total, received.whole, received.peak) == (1250, 0, 1000)
    assert (kept.total, kept.whole, kept.peak) == (5, 5, 4)
    assert (panels["matched"].total, panels["matched"].whole) == (5, 625)


def test_however_few_they_are_seen(application: Application) -> None:
    came(application, 3, 1_000_000)
    came(application, 1, 1)
    chart = charts.funnel_series(application, "parts", "hour", NOW)
    assert chart.panels[0].bars[-2].height == charts.LOWEST
    assert chart.panels[0].bars[-3].height == 0


@pytest.mark.parametrize(
    ("span", "bars", "ends", "each"),
    [
        ("hour", 60, ("11:01", "12:00"), "a minute"),
        ("day", 24, ("13:00", "12:00"), "an hour"),
        ("week", 28, ("Mon 16 Nov, 18:00", "Mon 23 Nov, 12:00"), "6 hours"),
    ],
)
def test_bars_and_rows_tell_the_same(
    application: Application, span: Span, bars: int, ends: tuple[str, str], each: str
) -> None:
    came(application, 0, 7)
    chart = charts.funnel_series(application, "parts", span, NOW)
    assert [len(panel.bars) for panel in chart.panels] == [bars] * 4
    assert (chart.ends, chart.each) == (ends, each)
    told = [(label, bucket.received) for label, bucket in reversed(chart.rows)]
    assert told == [(bar.label, bar.count) for bar in chart.panels[0].bars]


def test_where_nothing_came_it_says_so(application: Application) -> None:
    assert charts.funnel_series(application, "parts").is_empty
    assert charts.confidence_histogram(application, "parts").is_empty
    came(application, 0, 1)
    assert not charts.funnel_series(application, "parts", "day", NOW).is_empty


@pytest.mark.parametrize(
    ("text", "span"), [("week", "week"), ("hour", "hour"), ("", "day"), ("<b>", "day")]
)
def test_an_address_names_a_span_or_means_a_day(text: str, span: Span) -> None:
    assert charts.span_of(text) == span


def seen(*confidences: float) -> Prediction:
    return Prediction(boxes=tuple(Box("dent", each, (0, 0, 1, 1)) for each in confidences))


def test_shares_are_compared_and_not_counts(application: Application) -> None:
    histograms = application.histograms
    histograms.arrived("parts", seen(0.91, 0.92, 0.93, 0.41), 1000, NOW)
    histograms.kept("parts", seen(0.41, 0.42), NOW)
    histograms.flush()
    chart = charts.confidence_histogram(application, "parts", NOW)
    heights = {bar.label: bar.height for bar in chart.arrived if bar.count}
    assert heights == {"40–45%": 25, "90–95%": 75}
    assert {bar.label: bar.height for bar in chart.kept if bar.count} == {"40–45%": 100}
    assert chart.totals == (4000, 2)
    assert chart.medians == (92, 42)


def test_what_is_kept_may_be_nothing_yet(application: Application) -> None:
    application.histograms.arrived("parts", seen(0.99), 1, NOW)
    application.histograms.flush()
    chart = charts.confidence_histogram(application, "parts", NOW)
    assert (chart.totals, chart.medians, chart.is_empty) == ((1, 0), (98, None), False)
    assert chart.arrived[-1].height == 100
