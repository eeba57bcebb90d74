"""The review queue in a real browser."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from plugin.clock import utc_now
from plugin.domain.reviewing import Ledger
from tests.batch_samples import add_batch
from tests.browser.conftest import Site
from tests.browser.filling import HOSTILE, MARKUP
from tests.browser.looks import Theme, check
from tests.browser.queued import DAYS, fill_hostile, fill_queue

TODAY, YESTERDAY, OLDEST = (f"parts · {day}" for day in DAYS[:3])
DOORS = f"doors · {DAYS[3]}"


def titles(page: Page) -> Locator:
    """The batches that are shown, in their order."""
    return page.locator("th[scope=row] > a")


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=title, exact=True))


@pytest.fixture
def queue(site: Site, page: Page) -> Page:
    """The queue with four batches in every state."""
    fill_queue(site.application)
    page.goto(f"{site.url}/queue")
    return page


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        (TODAY, ["Not started", "237", "0 of 237", "None assigned", "23 Nov 2026, 06:30 UTC"]),
        (YESTERDAY, ["In progress", "400", "151 of 400", "148 of 200", "22 Nov 2026"]),
        (OLDEST, ["Completed", "60", "60 of 60", "60 of 60", "21 Nov 2026"]),
        (DOORS, ["In progress", "1,200", "12 of 1,200", "1 more", "20 Nov 2026"]),
    ],
)
def test_a_batch_says_how_far_it_is(queue: Page, title: str, cells: list[str]) -> None:
    expect(row(queue, title).get_by_role("cell")).to_contain_text(cells)


def test_reviewers_are_shown_with_their_progress(queue: Page) -> None:
    people = row(queue, YESTERDAY).get_by_role("listitem")
    expect(people).to_have_text(
        [
            re.compile(r"ann@example\.com\s+148 of 200"),
            re.compile(r"ben@example\.com\s+3 of 100"),
            re.compile(r"100 images\s+not assigned"),
        ]
    )
    expect(row(queue, DOORS).get_by_role("listitem")).to_have_count(4)
    bar = row(queue, YESTERDAY).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", "151 of 400: 148 finished, 3 skipped")


def test_a_batch_leads_to_its_page_and_into_label_studio(queue: Page) -> None:
    links = row(queue, YESTERDAY).get_by_role("link")
    expect(links.nth(0)).to_have_attribute("href", "/projects/parts/batches/2026-11-22")
    expect(links.nth(1)).to_have_attribute("href", "http://studio.example/projects/22/data")
    expect(links).to_have_count(2)


@pytest.mark.parametrize(
    ("tab", "shown"),
    [
        ("All 4", [TODAY, YESTERDAY, OLDEST, DOORS]),
        ("Not started 1", [TODAY]),
        ("In progress 2", [YESTERDAY, DOORS]),
        ("Completed 1", [OLDEST]),
    ],
)
def test_tabs_count_and_show_what_is_in_a_status(queue: Page, tab: str, shown: list[str]) -> None:
    tabs = queue.get_by_role("navigation", name="Status").get_by_role("link")
    expect(tabs).to_have_text(["All 4", "Not started 1", "In progress 2", "Completed 1"])
    tabs.filter(has_text=tab).click()
    expect(tabs.and_(queue.locator("[aria-current=page]"))).to_have_text(tab)
    expect(titles(queue)).to_have_text(shown)


@pytest.mark.parametrize(
    ("heading", "descending"),
    [
        ("Images", [DOORS, YESTERDAY, TODAY, OLDEST]),
        ("Reviewed", [OLDEST, YESTERDAY, DOORS, TODAY]),
        ("Created", [TODAY, YESTERDAY, OLDEST, DOORS]),
    ],
)
def test_headings_sort_and_turn_the_order_round(
    queue: Page, heading: str, descending: list[str]
) -> None:
    column = queue.get_by_role("columnheader", name=heading)
    if heading != "Created":
        expect(column).not_to_have_attribute("aria-sort", "descending")
        column.get_by_role("link").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    expect(titles(queue)).to_have_text(descending)
    column.get_by_role("link").press("Enter")
    expect(column).to_have_attribute("aria-sort", "ascending")
    expect(titles(queue)).to_have_text(descending[::-1])


def test_what_is_searched_and_chosen_stays_while_it_is_sorted(queue: Page) -> None:
    queue.get_by_label("Search").fill("PARTS")
    queue.get_by_label("Project").select_option("parts")
    queue.get_by_role("button", name="Apply").click()
    expect(queue.get_by_text("3 batches")).to_be_visible()
    queue.get_by_role("link", name="Images").click()
    queue.get_by_role("link", name="In progress 1").click()
    expect(titles(queue)).to_have_text([YESTERDAY])
    expect(queue.get_by_label("Search")).to_have_value("PARTS")
    expect(queue.get_by_label("Project")).to_have_value("parts")
    queue.get_by_label("Search").fill("doors")
    queue.keyboard.press("Enter")
    expect(queue.get_by_role("heading", name="No batch fits")).to_be_visible()
    expect(queue.get_by_role("link", name="In progress 0")).to_have_attribute(
        "aria-current", "page"
    )
    queue.get_by_role("link", name="Show all batches").click()
    expect(titles(queue)).to_have_count(4)


def test_many_batches_are_paged_and_nothing_comes_twice(site: Site, page: Page) -> None:
    for number in range(120):
        project = f"line-{number // 28}"
        add_batch(site.application, f"2026-01-{number % 28 + 1:02d}", number + 1, project)
    page.goto(f"{site.url}/queue?sort=images&q=line")
    pages = page.get_by_role("navigation", name="Pages of the list")
    expect(pages).to_contain_text("1–50 of 120 batches")
    shown = titles(page).all_inner_texts()
    expect(pages.get_by_role("link", name="Previous")).to_have_count(0)
    for words in ("51–100 of 120", "101–120 of 120"):
        pages.get_by_role("link", name="Next").click()
        expect(pages).to_contain_text(words)
        shown += titles(page).all_inner_texts()
    expect(pages.get_by_role("link", name="Next")).to_have_count(0)
    assert len(set(shown)) == len(shown) == 120
    pages.get_by_role("link", name="Previous").click()
    expect(pages).to_contain_text("51–100 of 120")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("status=finished", "“finished” is no status"),
        ("sort=title", "cannot be sorted by “title”"),
        ("order=up", "“up” is no order"),
        ("page=-1", "Page “-1” is none"),
        ("page=" + "9" * 40, "is none"),
        ("page=7", "There is no page 7 any more"),
        (f"project={quote(MARKUP)}", "is no project"),
    ],
)
def test_what_cannot_be_meant_is_noted_and_the_usual_shown(
    queue: Page, site: Site, asked: str, said: str
) -> None:
    answer = queue.goto(f"{site.url}/queue?{asked}")
    assert answer
    assert answer.status == 200
    expect(queue.get_by_role("status").filter(has_text=said)).to_be_visible()
    expect(titles(queue)).to_have_text([TODAY, YESTERDAY, OLDEST, DOORS])


def test_a_project_without_batches_is_not_confused_with_all_of_them(
    queue: Page, site: Site
) -> None:
    queue.goto(f"{site.url}/queue?project=empty")
    expect(queue.get_by_role("heading", name="No batch fits")).to_be_visible()
    expect(queue.get_by_label("Project")).to_have_value("empty")


def test_an_empty_queue_says_what_begins_a_batch(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/queue")
    expect(page.get_by_role("heading", name="No batch yet")).to_be_visible()
    expect(page.get_by_text("The first frame that is kept begins one.")).to_be_visible()


def test_old_looks_are_dated_and_an_absent_label_studio_is_said(site: Site, page: Page) -> None:
    fill_queue(site.application)
    today = site.application.batches.get("parts", DAYS[0])
    site.application.batches.save_ledger(today, Ledger(237, {}, None, utc_now()))
    page.goto(f"{site.url}/queue")
    expect(row(page, YESTERDAY)).to_contain_text("As of 23 Nov 2026, 14:05 UTC")
    expect(row(page, TODAY)).not_to_contain_text("As of")
    expect(row(page, OLDEST)).not_to_contain_text("As of")
    expect(page.get_by_role("status")).to_have_count(0)
    site.application.label_studio_answering.note("no_answer")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Label Studio has not answered since")
    assert "label_studio" not in vars(site.application)


def test_titles_and_addresses_are_text_and_nothing_else(site: Site, page: Page) -> None:
    fill_hostile(site.application)
    page.goto(f"{site.url}/queue?order=asc")
    assert titles(page).all_text_contents() == list(HOSTILE)
    assert page.locator("main :is(script, b, i, img)").count() == 0
    gone = page.get_by_role("row").last
    expect(gone).to_contain_text("deleted in Label Studio")
    expect(gone.get_by_role("link", name="Open in Label Studio")).to_have_count(0)
    page.get_by_label("Search").fill(MARKUP[:20])
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text([MARKUP])


@pytest.mark.parametrize("width", [360, 1000, 1280])
def test_nothing_sticks_out(site: Site, page: Page, width: int) -> None:
    fill_queue(site.application)
    fill_hostile(site.application)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/queue?page=x&project=no!")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    inside = "each => each.getBoundingClientRect().right <= innerWidth + 0.5"
    assert page.locator("main table *").evaluate_all(f"all => all.every({inside})")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(queue: Page, theme: Theme, width: int) -> None:
    queue.emulate_media(color_scheme=theme)
    queue.set_viewport_size({"width": width, "height": 800})
    check(queue)


def test_a_phone_can_sort_too(queue: Page) -> None:
    expect(queue.get_by_label("Sorted by")).to_be_hidden()
    queue.set_viewport_size({"width": 390, "height": 800})
    queue.get_by_label("Sorted by").select_option("images")
    queue.get_by_label("Order").select_option("asc")
    queue.get_by_role("button", name="Apply").click()
    expect(queue.get_by_label("Sorted by")).to_have_value("images")
    expect(titles(queue)).to_have_text([OLDEST, TODAY, YESTERDAY, DOORS])


def test_without_scripts_all_of_it_works(site: Site, page: Page) -> None:
    fill_queue(site.application)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{site.url}/queue")
    page.get_by_label("Project").select_option("doors")
    page.get_by_role("button", name="Apply").click()
    expect(titles(page)).to_have_text([DOORS])
