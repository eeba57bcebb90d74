"""The page that says what the humans changed: for managers and reviewers, in both themes."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from plugin.clock import utc_now
from plugin.domain import summing
from plugin.domain.analysis import Cell
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.domain.tallying import tally
from plugin.stores.review.comparisons import Sums
from tests.browser.conftest import Site, sign_in
from tests.browser.filling import LONG, MARKUP, RIGHT_TO_LEFT, add_project
from tests.browser.looks import THEMES, Theme, check
from tests.reviewed import ANN, BEN, opinion, seen

CLASSES = ("bolt", "dent", "scratch")


def image(chance: Random, classes: Sequence[str], skill: float) -> tuple[Prediction, Prediction]:
    """What a model of some skill (0 to 1) saw, and what a reviewer made of it."""
    predicted, true = [], []
    for place in range(chance.randrange(1, 5)):
        xyxy = (100.0 * place, 50.0, 100.0 * place + 80, 130.0)
        name = chance.choice(classes)
        confidence = chance.uniform(0.3, 1)
        what = chance.random()
        if what > 0.3 * (1 - skill):
            predicted.append(Box(name, confidence, xyxy))
        if what < 0.95:
            moved = (*xyxy[:2], xyxy[2], xyxy[3] - chance.choice([0, 0, 20]))
            given = name if chance.random() < skill else chance.choice(classes)
            true.append(Box(given, 1, moved))
    return seen(*predicted), seen(*true)


def fill(
    site: Site, classes: Sequence[str] = CLASSES, rules: Sequence[str] = ("unsure", "crowded", ""),
    versions: Sequence[str] = ("v1", "v2", "v10"), reviewers: Sequence[str] = (ANN, BEN),
) -> None:  # fmt: skip
    """Eight weeks of reviews; each model version is better than the one before."""
    add_project(site.application, "parts", classes=list(classes))
    chance, cells = Random(7), list[Cell]()
    monday = utc_now().date() - timedelta(days=utc_now().weekday())
    for week in range(8):
        for number in range(30):
            version = versions[min(week // 3, len(versions) - 1)]
            predicted, true = image(chance, classes, 0.5 + 0.06 * week)
            opinions = [opinion(true, reviewers[0], chance.uniform(3, 40))]
            if number % 4 == 0:
                opinions += [opinion(seen(*true.boxes[1:]), each) for each in reviewers[1:]]
            counts = tally(predicted, true, opinions, TaskType.OBJECT_DETECTION)
            rule = rules[number % len(rules)]
            cells.append(
                Cell(rule, version, monday - timedelta(weeks=7 - week), summing.nested(counts))
            )
    plant(site, summing.applied([], [], cells), frames=240)


def plant(site: Site, cells: tuple[Cell, ...], frames: int) -> None:
    """What was counted."""
    sums = Sums(basis="", generation=1, updated_at=utc_now(), frames=frames, cells=cells)
    site.application.comparisons.take("parts", sums, {})


def test_it_says_what_was_changed_where_and_by_which_model(site: Site, page: Page) -> None:
    fill(site)
    page.goto(f"{site.url}/projects/parts")
    page.get_by_role("link", name="What the humans changed").click()
    expect(page.get_by_text("240 reviewed images")).to_be_visible()
    rules = page.get_by_role("table", name="Mistakes by rule")
    expect(rules.get_by_role("rowheader")).to_have_count(3)
    versions = page.get_by_role("table", name="Model versions")
    expect(versions.get_by_role("rowheader")).to_have_text(["v10", "v2", "v1"])
    expect(versions.get_by_text("Higher").first).to_be_visible()
    expect(versions.get_by_text("Too early to tell").first).to_be_visible()
    expect(page.get_by_role("table", name="Changes by class")).to_contain_text("scratch")
    expect(page.get_by_role("img", name="Recall week by week, 3 model versions")).to_be_visible()
    expect(page.get_by_role("img", name="Share of predictions that were right")).to_be_visible()
    expect(page.get_by_role("table", name="Reviewers")).to_contain_text(BEN)


def test_it_is_narrowed_down_by_rule_version_and_time(site: Site, page: Page) -> None:
    fill(site)
    page.goto(f"{site.url}/projects/parts/analysis")
    page.get_by_label("Rule", exact=True).select_option("No rule")
    page.get_by_label("Model version", exact=True).select_option("v10")
    page.get_by_label("Came in").select_option("Last 4 weeks")
    page.get_by_role("button", name="Show").click()
    rules = page.get_by_role("table", name="Mistakes by rule")
    expect(rules.get_by_role("rowheader")).to_have_text(["No rule"])
    expect(page.get_by_label("Model version", exact=True)).to_have_value("v10")
    expect(page.get_by_role("link", name="CSV of the classes")).to_have_attribute(
        "href",
        "/projects/parts/analysis.csv?by=class&rule=(none)&version=v10&weeks=4",
    )
    page.get_by_label("Model version", exact=True).select_option("v1")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No reviewed image fits")).to_be_visible()
    page.get_by_role("link", name="Show all").first.click()
    expect(rules.get_by_role("rowheader")).to_have_count(3)


def test_what_does_not_exist_is_said(site: Site, page: Page) -> None:
    fill(site)
    page.goto(f"{site.url}/projects/parts/analysis?rule=%3Cb%3E&version=v3&weeks=5")
    expect(page.get_by_role("status")).to_have_text(
        [
            "No reviewed image has the rule “<b>”: all are shown.",
            "No reviewed image has the version “v3”: all are shown.",
            "“5” is no number of weeks that can be shown: all are.",
        ]
    )


def test_reviewers_see_no_numbers_of_each_other(
    site: Site, page: Page, context: BrowserContext
) -> None:
    fill(site)
    sign_in(context, site, ANN, manager=False)
    page.goto(f"{site.url}/projects/parts/analysis")
    expect(page.get_by_role("heading", name="Classes")).to_be_visible()
    expect(page.get_by_role("heading", name="Reviewers")).to_have_count(0)
    expect(page.get_by_text(BEN)).to_have_count(0)


def test_before_anything_was_reviewed_it_says_what_to_do(site: Site, page: Page) -> None:
    add_project(site.application, "parts")
    page.goto(f"{site.url}/projects/parts/analysis")
    expect(page.get_by_role("heading", name="Nothing reviewed yet")).to_be_visible()
    page.get_by_role("link", name="See what waits for review").click()
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()


def test_images_in_which_there_is_nothing_are_counted(site: Site, page: Page) -> None:
    add_project(site.application, "parts")
    counts = tally(seen(), seen(), [opinion(seen(), seconds=None)], TaskType.OBJECT_DETECTION)
    plant(site, (Cell("", "", date(2026, 11, 23), summing.nested(counts)),), frames=1)
    page.goto(f"{site.url}/projects/parts/analysis")
    expect(page.get_by_text("1 reviewed image,")).to_be_visible()
    expect(page.get_by_role("table", name="Model versions")).to_contain_text("Not named")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_everybody_can_read_it_whatever_the_names(
    site: Site, page: Page, theme: Theme, width: int
) -> None:
    names = ["=1+1", MARKUP, RIGHT_TO_LEFT, LONG[:200]]
    fill(site, names, names, [*names, "v5"], ["<i>eve@example.com", f"{LONG[:180]}@example.com"])
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/projects/parts/analysis")
    for summary in page.locator("main summary").all():
        summary.click()
    expect(page.get_by_role("table", name="Changes by class")).to_contain_text(MARKUP)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check(page)
