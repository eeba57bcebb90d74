"""Charts on a page of their own: what they say, in both themes, on a phone, to everybody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from flask import render_template_string
from playwright.sync_api import Page, Route, expect

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.prediction import Box, Prediction
from plugin.stores.measures.funnel import Span
from tests.browser.conftest import Site
from tests.browser.looks import THEMES, Theme, check
from webhook_server.app import create_app
from webhook_server.pages.project import charts

Show = Callable[[Span], None]

PAGE = """
{% extends "base.html" %}
{% from "_charts.html" import confidences, funnel_over_time with context %}
{% block head %}<link rel="stylesheet" href="/static/pages/charts.css">{% endblock %}
{% block content %}
<h1>Charts</h1>
<div class="card">
  <h2>parts</h2>
  {{ funnel_over_time(series, address="/charts") }}
  {{ confidences(histogram) }}
</div>
{% endblock %}
"""


def fill(application: Application, now: datetime) -> None:
    """A week of traffic that comes by day, and confidences of which the low ones are kept."""
    random = Random(7)
    for minutes in range(0, 7 * 24 * 60, 5):
        at = now - timedelta(minutes=minutes)
        number = random.randrange(50, 150) * (20 if 6 <= at.hour < 18 else 1)
        counts = {"received": number, "sampled": number // 2, "matched": number // 80}
        counts["outcome:kept"] = min(number // 80, 20)
        application.funnel.count_all("parts", counts, at)
    for _ in range(2000):
        sure, unsure = min(random.betavariate(9, 1.5), 1), random.betavariate(5, 5)
        application.histograms.arrived("parts", seen(sure), 3.5, now)
        application.histograms.kept("parts", seen(unsure), now)
    application.flusher.flush()


def seen(confidence: float) -> Prediction:
    return Prediction(boxes=(Box("dent", confidence, (0, 0, 1, 1)),))


@pytest.fixture
def show(site: Site, stranger: Page) -> Show:
    """Opens the page as the server would send it."""
    app = create_app(site.application)

    def open_charts(span: Span) -> None:
        with app.test_request_context("/charts"):
            html = render_template_string(
                PAGE,
                series=charts.funnel_series(site.application, "parts", span),
                histogram=charts.confidence_histogram(site.application, "parts"),
            )
        policy = app.test_client().get("/sign-in").headers["Content-Security-Policy"]

        def answer(route: Route) -> None:
            headers = {"Content-Security-Policy": policy}
            route.fulfill(body=html, content_type="text/html", headers=headers)

        stranger.route(f"{site.url}/charts", answer)
        stranger.goto(f"{site.url}/charts")

    return open_charts


def test_they_say_in_words_what_they_draw(site: Site, show: Show, stranger: Page) -> None:
    now = utc_now()
    site.application.funnel.count_all("parts", {"received": 1200, "outcome:kept": 30}, now)
    site.application.histograms.arrived("parts", seen(0.91), 2, now)
    site.application.histograms.kept("parts", seen(0.42), now)
    site.application.flusher.flush()
    show("week")
    expect(
        stranger.get_by_role(
            "img", name="Received: 1,200 in the last week, at most 1,200 in 6 hours"
        )
    ).to_be_visible()
    expect(
        stranger.get_by_role("img", name="Arriving: half of them below 92%. Kept: half of them")
    ).to_be_visible()
    stranger.get_by_text("Show the numbers").first.click()
    table = stranger.get_by_role("table", name="Events of the last week")
    expect(table.get_by_role("row")).to_have_count(29)
    expect(table.get_by_role("row").nth(1)).to_contain_text("1,200")
    expect(stranger.get_by_role("link", name="Week")).to_have_attribute("aria-current", "page")
    expect(stranger.get_by_role("link", name="Hour")).to_have_attribute(
        "href", "/charts?span=hour#over-time"
    )


def test_without_events_they_say_when_there_will_be_something(show: Show, stranger: Page) -> None:
    show("hour")
    expect(stranger.get_by_text("Nothing came in during the last hour.")).to_be_visible()
    expect(stranger.get_by_text("No prediction yet.")).to_be_visible()
    expect(stranger.get_by_role("img")).to_have_count(0)


def test_where_nothing_is_kept_the_legend_says_so(site: Site, show: Show, stranger: Page) -> None:
    site.application.histograms.arrived("parts", seen(0.9), 1, utc_now())
    site.application.flusher.flush()
    show("day")
    legend = stranger.get_by_role("listitem").filter(has_text="Kept")
    expect(legend).to_contain_text("nothing yet")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_everybody_can_read_them(
    site: Site, show: Show, stranger: Page, theme: Theme, width: int
) -> None:
    fill(site.application, utc_now())
    stranger.emulate_media(color_scheme=theme)
    stranger.set_viewport_size({"width": width, "height": 900})
    show("day")
    for summary in stranger.get_by_text("Show the numbers").all():
        summary.click()
    tall = "each => Math.round(each.getBoundingClientRect().height)"
    heights = stranger.get_by_role("img").evaluate_all(f"all => all.map({tall})")
    assert heights == [72, 72, 72, 72, 160]
    assert stranger.evaluate("document.documentElement.scrollWidth") == width
    check(stranger)
