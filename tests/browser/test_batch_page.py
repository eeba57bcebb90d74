"""The page of a batch, in a real browser."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from plugin.domain.team import Member
from tests.batch_samples import ANN, BEN, CLEO, DAN, NOW, add_batch, give
from tests.browser import filling
from tests.browser.batch_page import EDITED, PAGE, dialog, filled
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import THEMES, Theme, outside, serious

__all__ = ["filled"]  # a fixture
DIALOGS = ("Assign images", "Reassign", "Take back", "Edit instructions")
"""The buttons that open them."""


def row(page: Page, reviewer: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=reviewer))


@pytest.mark.parametrize(
    ("figure", "number"),
    [("Images", 100), ("Finished", 19), ("Skipped", 1), ("Drafts", 1), ("In review", 46),
     ("Ready for review", 34)],
)  # fmt: skip
def test_a_batch_in_numbers(filled: Page, figure: str, number: int) -> None:
    term = filled.get_by_role("term").filter(has_text=re.compile(f"^{figure}$"))
    expect(term.locator("xpath=..").get_by_role("definition")).to_have_text(str(number))


def test_how_far_it_is_and_since_when_that_is_known(filled: Page) -> None:
    expect(filled.get_by_role("heading", name="parts · 2026-11-23")).to_be_visible()
    expect(filled.get_by_text("In progress", exact=True)).to_be_visible()
    expect(filled.get_by_text("As Label Studio had it on")).to_contain_text("23 Nov 2026, 14:05")
    expect(filled.get_by_text("34 images that nobody has")).to_be_visible()
    bar = filled.get_by_role("progressbar", name="Reviewed in parts · 2026-11-23")
    said = "20 of 100: 19 finished, 1 skipped"
    expect(bar).to_have_attribute("aria-valuetext", said)
    link = filled.get_by_role("link", name="Open in Label Studio")
    expect(link).to_have_attribute("href", "http://studio.example/projects/23/data")


@pytest.mark.parametrize(
    ("reviewer", "cells"),
    [
        (ANN, ["18 of 40 shuffled", "22", "17", "1", "8 s median, 9 s average", "14:04 UTC"]),
        (BEN, ["1 of 20", "19", "1", "0", "1 min 30 s median", "13:55 UTC"]),
        (DAN, ["0 of 5", "5", "0", "0", "–", "Not begun"]),
        (CLEO, ["Nothing assigned", "0", "1", "0", "8 s median", "13:55 UTC"]),
    ],
)
def test_how_far_each_reviewer_is(filled: Page, reviewer: str, cells: list[str]) -> None:
    expect(row(filled, reviewer).get_by_role("cell")).to_contain_text(cells)


def test_a_reviewers_link_opens_their_images(filled: Page) -> None:
    link = row(filled, BEN).get_by_role("link", name=BEN)
    address = "http://studio.example/projects/23/data?tab=2&labeling=1"
    expect(link).to_have_attribute("href", address)
    expect(row(filled, CLEO).get_by_role("link")).to_have_count(0)
    expect(row(filled, DAN)).to_contain_text("Has left")
    expect(row(filled, ANN)).not_to_contain_text("Has left")


def test_instructions_are_text(filled: Page) -> None:
    shown = filled.locator(".instructions")
    assert shown.inner_text() == EDITED
    filled.get_by_role("button", name="Edit instructions").click()
    area = dialog(filled, "Instructions").get_by_role("textbox")
    expect(area).to_have_value(EDITED)
    expect(area).to_be_focused()


def test_a_reviewer_sees_it_and_changes_nothing(
    site: Site, context: BrowserContext, filled: Page
) -> None:
    sign_in(context, site, ANN, manager=False)
    filled.reload()
    expect(row(filled, BEN)).to_contain_text("1 of 20")
    expect(filled.locator("dialog")).to_have_count(0)
    for name in ("Assign images", "Reassign", "Take back", "Edit instructions"):
        expect(filled.get_by_role("button", name=name)).to_have_count(0)


def test_a_batch_that_is_gone_says_so_and_leads_nowhere(site: Site, filled: Page) -> None:
    batch = site.application.batches.get("parts", "2026-11-23")
    site.application.batches.close(batch, "deleted in Label Studio, found on 2026-11-24")
    filled.reload()
    expect(filled.get_by_text("found on 2026-11-24")).to_be_visible()
    expect(filled.locator("a[href^='http://studio.example/projects']")).to_have_count(0)
    expect(row(filled, ANN)).to_contain_text("18 of 40")


def test_an_empty_batch_says_how_it_goes_on(site: Site, page: Page) -> None:
    site.application.team.save((), NOW)
    add_batch(site.application, size=5)
    page.goto(f"{site.url}{PAGE}")
    expect(page.get_by_text("Nobody has an image of this batch yet")).to_be_visible()
    expect(page.get_by_text("Label Studio was not asked yet")).to_be_visible()
    page.get_by_role("button", name="Assign images").click()
    expect(dialog(page, "Assign images")).to_contain_text("people are not known here")


@pytest.mark.parametrize("width", [360, 1280])
def test_names_that_mean_no_good_stay_inside(site: Site, page: Page, width: int) -> None:
    people = [f"{name}@example.com" for name in filling.HOSTILE]
    site.application.team.save(map(Member, people, filling.HOSTILE), NOW)
    batch = add_batch(site.application)
    give(site.application, batch, dict.fromkeys(people, 3), told="\n".join(filling.HOSTILE))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}{PAGE}")
    assert outside(page.locator("main"), ":not(option)") == []
    for name in DIALOGS:
        page.get_by_role("button", name=name).click()
        assert outside(page.locator("dialog[open]"), ":not(option)") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
    assert page.locator("main :is(script, b, img)").count() == 0


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious(filled: Page, theme: Theme) -> None:
    filled.emulate_media(color_scheme=theme)
    assert serious(filled) == []
    for name in DIALOGS:
        filled.get_by_role("button", name=name).click()
        assert serious(filled) == []
        filled.keyboard.press("Escape")


def test_themes_differ(filled: Page) -> None:
    grounds = set()
    for theme in THEMES:
        filled.emulate_media(color_scheme=theme)
        filled.get_by_role("button", name="Take back").click()
        form = dialog(filled, "Take back")
        grounds.add(form.evaluate("each => getComputedStyle(each).backgroundColor"))
        filled.keyboard.press("Escape")
    assert len(grounds) == 2
