"""The page of a batch, in a real browser."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from plugin.domain.team import Member
from tests.batch_samples import (
    ANN,
    BEN,
    CLEO,
    DAN,
    NOW,
    TEAM,
    add_batch,
    drafted,
    finished,
    give,
    review,
    skipped,
)  # fmt: skip
from tests.browser import filling
from tests.browser.conftest import Site, sign_in

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
PAGE = "/projects/parts/batches/2026-11-23"
DIALOGS = ("Assign images", "Reassign", "Take back", "Edit instructions")
"""The buttons that open them."""

OUTSIDE = """area => [...area.querySelectorAll(":not(option)")]
  .filter(each => !each.closest(".hidden") && each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 200))"""
EDITED = "Mark every dent.\n<script>alert(1)</script>"


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    """A hundred images: Ann has 40, Ben 20, Dan, who left, 5."""
    site.application.team.save(TEAM, NOW)
    batch = add_batch(site.application)
    give(site.application, batch, {ANN: 40, BEN: 20, DAN: 5}, told=EDITED)
    done = [(number, finished(ANN, seconds=number)) for number in range(1, 18)]
    more = [(18, skipped(ANN)), (19, drafted(ANN)), (41, finished(BEN, 90)), (99, finished(CLEO))]
    review(site.application, batch, *done, *more)
    page.goto(f"{site.url}{PAGE}")
    return page


def row(page: Page, reviewer: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=reviewer))


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [each["help"] for each in found if each["impact"] in {"serious", "critical"}]


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


def test_numbers_add_up_while_they_are_typed(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").click()
    form = dialog(filled, "Assign images")
    said = form.locator("output")
    expect(said).to_have_text("34 images to give. Pick who gets some.")
    expect(form.get_by_role("checkbox", name=DAN)).to_have_count(0)  # who left is given nothing
    form.get_by_role("checkbox", name="Ann Lee").check()
    expect(said).to_have_text("34 of 34 images given, 0 left over")
    form.get_by_role("spinbutton", name=f"Images for {BEN}").fill("10")
    expect(form.get_by_role("checkbox", name=BEN)).to_be_checked()
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_attribute("placeholder", "24")
    form.get_by_role("spinbutton", name=ANN).fill("4")
    expect(said).to_have_text("14 of 34 images given, 20 left over")
    form.get_by_role("button", name="Split evenly").click()
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_value("17")
    expect(said).to_have_text("34 of 34 images given, 0 left over")
    form.get_by_label("Reviewers per image").fill("2")
    expect(said).to_have_text("34 of 68 reviews given, 34 left over")


def test_more_than_there_are_does_not_leave_the_page(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").click()
    form = dialog(filled, "Assign images")
    form.get_by_role("spinbutton", name=ANN).fill("20")
    form.get_by_role("spinbutton", name=f"Images for {BEN}").fill("15")
    expect(form.locator("output")).to_have_text("35 given, 1 more than there are")
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(form.locator("input:invalid")).to_have_count(1)
    expect(form.locator("input:invalid")).to_be_focused()
    assert filled.url.endswith(PAGE)


def test_people_are_found_by_name_and_who_is_picked_stays(site: Site, page: Page) -> None:
    many = [Member(f"reviewer-{number}@example.com", f"Person {number}") for number in range(40)]
    site.application.team.save((*TEAM, *many), NOW)
    add_batch(site.application)
    page.goto(f"{site.url}{PAGE}?open=assign")
    form = dialog(page, "Assign images")
    form.get_by_role("checkbox", name="Cleo Ruiz").check()
    form.get_by_role("searchbox").fill("PERSON 39")
    expect(form.get_by_role("checkbox")).to_have_count(3)  # Cleo, the one that fits, shuffle
    expect(form.get_by_text("1 found")).to_be_visible()
    form.get_by_role("searchbox").press("Enter")
    assert page.url.endswith("?open=assign")


def test_how_many_can_be_moved_depends_on_whose_they_are(filled: Page) -> None:
    filled.get_by_role("button", name="Take back").click()
    form = dialog(filled, "Take back")
    form.get_by_label("From").select_option(BEN)
    expect(form.get_by_label("Images")).to_have_attribute("max", "19")
    expect(form.get_by_label("From").get_by_role("option")).to_have_count(3)


def test_label_studio_is_away_and_the_form_is_as_it_was(
    filled: Page, context: BrowserContext
) -> None:
    page = context.new_page()  # one that may complain: of the answer's status it does
    page.goto(filled.url)
    page.get_by_role("button", name="Assign images").click()
    form = dialog(page, "Assign images")
    form.get_by_role("spinbutton", name=ANN).fill("7")
    form.get_by_label("Shuffle").check()
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("Label Studio did not do it")
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_value("7")
    expect(form.get_by_label("Shuffle")).to_be_checked()
    expect(page.get_by_text("34 images that nobody has")).to_be_visible()


def test_a_batch_is_assigned_with_the_keyboard_alone(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").focus()
    filled.keyboard.press("Enter")
    form = dialog(filled, "Assign images")
    expect(form.get_by_role("checkbox").first).to_be_focused()
    filled.keyboard.press("Space")
    filled.keyboard.press("Tab")
    filled.keyboard.type("3")
    expect(form.locator("output")).to_have_text("3 of 34 images given, 31 left over")
    filled.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(filled.get_by_role("button", name="Assign images")).to_be_focused()


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
    assert page.locator("main").evaluate(OUTSIDE) == []
    for name in DIALOGS:
        page.get_by_role("button", name=name).click()
        assert page.locator("dialog[open]").evaluate(OUTSIDE) == []
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


def test_without_scripts_links_open_the_forms(site: Site, context: BrowserContext) -> None:
    site.application.team.save(TEAM, NOW)
    batch = add_batch(site.application)
    give(site.application, batch, {ANN: 4})
    browser = context.browser
    assert browser
    with browser.new_context(java_script_enabled=False) as plain:
        sign_in(plain, site)
        page = plain.new_page()
        page.goto(f"{site.url}{PAGE}")
        page.get_by_role("link", name="Reassign").click()
        expect(page.locator("#reassign").get_by_label("From")).to_be_visible()
        expect(page.get_by_role("button", name="Reassign")).to_have_count(1)
        expect(page.locator("#take-back")).to_be_hidden()
