"""The page for managers, in a real browser."""

import re
from typing import Literal

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import filling
from tests.browser.conftest import Serve, Site

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
PASSWORD = "correct horse"


def project(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title))


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    """The page with a lively project, and one that is switched off and has nothing."""
    filling.fill(site.application)
    page.goto(site.url)
    return page


def test_a_project_says_what_it_is(filled: Page) -> None:
    parts = project(filled, "parts")
    expect(parts).to_contain_text("Active learning is switched On")
    expect(parts).to_contain_text("Object detection")
    for name in ("bolt", "dent", "scratch", "line-1", "line-2"):
        expect(parts.get_by_role("listitem").get_by_text(name, exact=True)).to_be_visible()
    expect(parts).to_contain_text("Version 3 with 588 images, 1,764 annotations")
    expect(parts).to_contain_text("Version 1 by ann@example.com")
    expect(project(filled, "doors")).to_contain_text("Active learning is switched Off")


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("Received", "1,234,567"),
        ("Sampled", "12,345 of 1,234,567"),
        ("Matched a rule", "2,244 of 12,345"),
        ("Kept", "1,240 of 2,244"),
        ("In Label Studio", "1,237 of 1,240"),
        ("Reviewed", "736 of 1,237"),
        ("In the training set", "588 of 736"),
        ("Not sampled", "1,222,222 of 1,234,567"),
        ("No rule matched", "10,101 of 1,234,567"),
        ("Limit reached", "1,004 of 1,234,567"),
    ],
)
def test_the_funnel_has_a_number_and_a_bar_for_every_stage(
    filled: Page, stage: str, said: str
) -> None:
    bar = project(filled, "parts").get_by_role("meter", name=stage, exact=True)
    expect(bar).to_have_attribute("aria-valuetext", re.compile(f"^{said}"))
    expect(bar.locator("xpath=..")).to_contain_text(said.partition(" ")[0])


def test_a_bar_is_as_long_as_its_share(filled: Page) -> None:
    bar = project(filled, "parts").get_by_role("meter", name="Kept", exact=True)
    whole, part = bar.bounding_box(), bar.locator("rect").bounding_box()
    assert whole and part
    assert part["width"] / whole["width"] == pytest.approx(1240 / 2244, abs=0.01)
    assert part["height"] == whole["height"]


@pytest.mark.parametrize(
    ("day", "cells"),
    [
        ("2026-11-23", ["Not started", "237", "0 0%", "0", "None assigned", "06:30 UTC"]),
        ("2026-11-22", ["In progress", "400", "148 37%", "3", "250 images", "22 Nov 2026"]),
        ("2026-11-21", ["Completed", "600", "588 98%", "12", "300 images", "21 Nov 2026"]),
    ],
)
def test_a_batch_says_how_far_it_is(filled: Page, day: str, cells: list[str]) -> None:
    batch = row(filled, f"parts · {day}")
    expect(batch.get_by_role("cell")).to_contain_text(cells)


def test_a_batch_that_is_gone_says_so_and_leads_nowhere(site: Site, page: Page) -> None:
    filling.fill(site.application)
    batch = site.application.batches.of_project("parts")[0]
    why = "deleted in Label Studio on 2026-11-22"
    site.application.batches.save(msgspec.structs.replace(batch, closed=why))
    page.goto(site.url)
    row = project(page, "parts").get_by_role("row", name=batch.title)
    expect(row).to_contain_text(why)
    expect(row.get_by_role("link", name=batch.title)).to_have_count(0)


def test_links_lead_into_label_studio(filled: Page) -> None:
    batch = row(filled, "parts · 2026-11-22")
    title = batch.get_by_role("link", name="parts · 2026-11-22")
    expect(title).to_have_attribute("href", "http://studio.example/projects/22/data")
    # Ann was given images twice; the later tab shows them all.
    ann = "http://studio.example/projects/22/data?tab=3&labeling=1"
    expect(batch.get_by_role("link", name="ann@example.com")).to_have_attribute("href", ann)
    expect(batch).to_contain_text("50 not assigned")


def test_failed_and_waiting_frames_are_not_hidden(filled: Page) -> None:
    parts = project(filled, "parts")
    warning = parts.get_by_role("region", name="1 frame failed to import into Label Studio")
    expect(warning).to_contain_text("no object 'projects/parts/images/ab.jpg'")
    expect(parts).to_contain_text("2 more on the way into Label Studio")
    expect(project(filled, "doors").get_by_role("region", name="failed")).to_have_count(0)


def test_the_page_needs_no_label_studio(filled: Page, site: Site) -> None:
    expect(filled.get_by_role("article")).to_have_count(2)
    assert "label_studio" not in vars(site.application)


def test_without_projects_the_page_says_how_to_make_one(site: Site, page: Page) -> None:
    page.goto(site.url)
    expect(page.get_by_role("heading", name="No project yet")).to_be_visible()
    expect(page.get_by_text("lsal project apply settings.yaml")).to_be_visible()
    expect(page.get_by_text("lsal deployment create PROJECT NAME")).to_be_visible()


def test_a_new_project_says_what_is_missing(filled: Page) -> None:
    doors = project(filled, "doors")
    expect(doors.get_by_text("lsal deployment create doors NAME")).to_be_visible()
    expect(doors).to_contain_text("No event yet.")
    expect(doors).to_contain_text("/v1/projects/doors/events")
    expect(doors).to_contain_text("No batch yet.")
    expect(doors.get_by_role("table")).to_have_count(0)


def test_what_clients_report_is_shown_and_their_losses_are_not_hidden(
    site: Site, page: Page
) -> None:
    filling.fill(site.application)
    for outcome, number in {"not_sampled": 9_950, "dropped": 50}.items():
        site.application.redis.hincrby("lsal:doors:funnel", f"edge:{outcome}", number)
    page.goto(site.url)
    lost = project(page, "doors").get_by_role("meter", name="Lost: no room, or too old")
    expect(lost).to_have_attribute("aria-valuetext", "50 of 10,000")


def test_counts_lost_with_redis_do_not_break_the_funnel(site: Site, page: Page) -> None:
    filling.fill(site.application)
    site.application.redis.flushdb()
    page.goto(site.url)
    tasks = project(page, "parts").get_by_role("meter", name="In Label Studio")
    expect(tasks).to_have_attribute("aria-valuetext", "1,237 of 1,237")


def test_names_are_text_and_nothing_else(site: Site, page: Page) -> None:
    filling.fill_hostile(site.application)
    page.goto(site.url)
    page.get_by_text("198 more").click()
    shown = page.locator("dt:text('Classes') + dd .chip").all_inner_texts()
    assert shown == list(filling.names_of(site.application, "a" * 32))
    assert page.locator("script, b, i, article img").count() == 0


def test_older_batches_are_folded_away(site: Site, page: Page) -> None:
    filling.fill_hostile(site.application)
    page.goto(site.url)
    expect(page.get_by_role("rowheader")).to_have_count(10)
    page.get_by_text("3 older batches").press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(13)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_overflows(site: Site, page: Page, theme: Theme, width: int) -> None:
    filling.fill(site.application)
    filling.fill_hostile(site.application)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    inside = "each => each.getBoundingClientRect().right <= innerWidth"
    assert page.locator("article *").evaluate_all(f"all => all.every({inside})")


def test_a_narrow_table_is_still_a_table(filled: Page) -> None:
    filled.set_viewport_size({"width": 360, "height": 800})
    table = filled.get_by_role("table", name="Batches of parts")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(row(filled, "parts · 2026-11-22").get_by_role("cell")).to_have_count(6)
    # Some browsers forget what is not said once `display` is changed.
    expect(filled.locator(":is(table, thead, tbody, tr, th, td):not([role])")).to_have_count(0)


def test_themes_differ(filled: Page) -> None:
    grounds = set()
    for theme in THEMES:
        filled.emulate_media(color_scheme=theme)
        grounds.add(filled.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_the_keyboard_reaches_everything_and_shows_where_it_is(filled: Page) -> None:
    filled.keyboard.press("Tab")
    expect(filled.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(filled.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    links = filled.get_by_role("link").count()
    for _ in range(links - 1):
        filled.keyboard.press("Tab")
        focused = filled.locator(":focus")
        assert focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    expect(filled.get_by_role("link").last).to_be_focused()


def test_the_page_loads_nothing_from_elsewhere(site: Site, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(site.url)
    assert answer
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert {f"{site.url}/", f"{site.url}/static/style.css"} <= set(asked)
    assert all(url.startswith(site.url) for url in asked)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "dashboard.example"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_without_a_password_strangers_are_refused(site: Site, headers: dict[str, str]) -> None:
    answer = httpx.get(site.url, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "LSAL_DASHBOARD_PASSWORD" in answer.json()["detail"]


@pytest.mark.parametrize("credentials", [None, ("ann", "wrong"), ("ann", "")])
def test_a_password_is_asked_for(serve: Serve, credentials: tuple[str, str] | None) -> None:
    answer = httpx.get(serve(PASSWORD).url, auth=credentials)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_the_password_opens_the_page(serve: Serve, browser: Browser) -> None:
    site = serve(PASSWORD)
    with browser.new_context(http_credentials={"username": "ann", "password": PASSWORD}) as context:
        answer = context.new_page().goto(site.url)
        assert answer
        assert answer.status == 200
    elsewhere = {"Host": "dashboard.example", "X-Forwarded-For": "203.0.113.7"}
    assert httpx.get(site.url, auth=("ann", PASSWORD), headers=elsewhere).status_code == 200
