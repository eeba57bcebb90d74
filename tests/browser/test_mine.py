"""My reviews: what a reviewer was given, on a phone first."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from plugin.domain.reviewing import Assignments
from tests.batch_samples import ANN, BEN, add_batch, drafted, finished, give, review, skipped
from tests.browser import filling
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import THEMES, Theme, serious


@pytest.fixture
def filled(site: Site, context: BrowserContext, page: Page) -> Page:
    """Ann's page: one batch begun, one not, one done, one that is somebody else's."""
    parts = site.application
    begun = add_batch(parts, "2026-11-23")
    give(parts, begun, {ANN: 40, BEN: 20}, told="Skip what is blurred.")
    done = [(number, finished(ANN)) for number in range(1, 18)]
    review(parts, begun, *done, (18, skipped(ANN)), (19, drafted(ANN)))
    give(parts, add_batch(parts, "2026-11-21"), {BEN: 1, ANN: 1_200})
    ended = add_batch(parts, "2026-11-22", size=2)
    give(parts, ended, {ANN: 2})
    review(parts, ended, (1, finished(ANN)), (2, skipped(ANN)))
    give(parts, add_batch(parts, "2026-11-20"), {BEN: 9})
    sign_in(context, site, ANN, manager=False)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site.url}/mine")
    return page


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("article", name=title)


def test_what_is_left_comes_first_newest_on_top(filled: Page) -> None:
    expect(filled.get_by_role("article")).to_contain_text(["2026-11-23", "2026-11-21"])
    expect(filled.get_by_text("1,222 images left to review")).to_be_visible()
    begun = card(filled, "parts · 2026-11-23")
    expect(begun).to_contain_text("22 left 18 of 40 done, 1 skipped, 1 draft")
    expect(begun).to_contain_text("Skip what is blurred.")
    bar = begun.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", "18 of 40")
    expect(filled.get_by_text("2026-11-20")).to_have_count(0)


def test_one_button_opens_the_next_image(filled: Page) -> None:
    going_on = card(filled, "parts · 2026-11-23").get_by_role("link", name="Go on with the next")
    address = "http://studio.example/projects/23/data?tab=1&labeling=1"
    expect(going_on).to_have_attribute("href", address)
    expect(going_on).to_be_in_viewport(ratio=1)
    beginning = card(filled, "parts · 2026-11-21").get_by_role("link", name="Begin with the first")
    address = "http://studio.example/projects/21/data?tab=2&labeling=1"
    expect(beginning).to_have_attribute("href", address)


def test_the_keyboard_goes_there_first(filled: Page) -> None:
    filled.locator("main").focus()
    filled.keyboard.press("Tab")
    filled.keyboard.press("Tab")
    expect(filled.get_by_role("link", name="Go on with the next image")).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious(filled: Page, theme: Theme) -> None:
    filled.emulate_media(color_scheme=theme)
    assert serious(filled) == []


def test_what_is_done_is_folded(filled: Page) -> None:
    done = filled.get_by_role("link", name="parts · 2026-11-22")
    expect(done).to_be_hidden()
    filled.get_by_text("1 batch with nothing left for me").click()
    expect(done).to_have_attribute("href", "/projects/parts/batches/2026-11-22")
    expect(filled.get_by_text("1 finished, 1 skipped")).to_be_visible()


def test_nothing_assigned_says_what_will_happen(
    site: Site, context: BrowserContext, page: Page
) -> None:
    add_batch(site.application)
    sign_in(context, site, ANN, manager=False)
    page.goto(f"{site.url}/mine")
    expect(page.get_by_role("heading", name="Nothing to review yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text(ANN)
    expect(page.get_by_role("article")).to_have_count(0)


def test_everything_reviewed_says_so(site: Site, context: BrowserContext, page: Page) -> None:
    batch = add_batch(site.application, size=1)
    give(site.application, batch, {ANN: 1})
    review(site.application, batch, (1, finished(ANN)))
    sign_in(context, site, ANN, manager=False)
    page.goto(f"{site.url}/mine")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()


def test_a_batch_that_is_gone_has_no_button(
    site: Site, context: BrowserContext, page: Page
) -> None:
    batch = add_batch(site.application)
    give(site.application, batch, {ANN: 5})
    site.application.batches.close(batch, "deleted in Label Studio, found on 2026-11-24")
    sign_in(context, site, ANN, manager=False)
    page.goto(f"{site.url}/mine")
    expect(page.get_by_role("link", name="Begin")).to_have_count(0)
    page.get_by_text("1 batch with nothing left for me").click()
    expect(page.get_by_text("deleted in Label Studio, found on 2026-11-24")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_names_that_mean_no_good_stay_inside(
    site: Site, context: BrowserContext, page: Page, width: int
) -> None:
    batch = add_batch(site.application)
    give(site.application, batch, {filling.MARKUP + filling.LONG: 5})
    told = "\n".join(filling.HOSTILE)
    now = site.application.batches.assignments(batch)
    site.application.batches.save_assignments(batch, Assignments(1, now.shares, told), base=1)
    sign_in(context, site, filling.MARKUP + filling.LONG, manager=False)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/mine")
    page.get_by_text("Instructions", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".instructions").inner_text() == told
    assert page.locator("main :is(script, b, img)").count() == 0
