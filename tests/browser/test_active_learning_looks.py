"""How the page of a project and its dialogs look: for each model, odd names, screen and theme."""

import pytest
from playwright.sync_api import Page, expect

from plugin.clock import utc_now
from tests.batch_samples import TEAM
from tests.browser import filling, queued
from tests.browser.conftest import Site
from tests.browser.looks import Theme, check
from tests.browser.settings_dialogs import CROWDED, UNSURE, opened, settings_of


@pytest.mark.parametrize(
    ("task_type", "has", "has_not"),
    [
        ("object-detection", ["Number of boxes", "Found"], ["Looks at"]),
        ("classification", ["Looks at", "Uncertainty"], ["Number of labels", "Found"]),
        ("multi-label-classification", ["Looks at", "Number of labels", "Found"], []),
    ],
)
def test_the_conditions_know_the_model(
    site: Site, page: Page, task_type: str, has: list[str], has_not: list[str]
) -> None:
    filling.add_project(site.application, "parts", task_type=task_type, rules=[UNSURE])
    page.goto(f"{site.url}/projects/parts")
    dialog = opened(page, "Conditions")
    dialog.get_by_text("More conditions").click()
    for words in has:
        expect(dialog.get_by_text(words, exact=True)).to_be_visible()
    for words in has_not:
        expect(dialog.get_by_text(words, exact=True)).to_have_count(0)


def test_names_are_text_in_the_forms_too(site: Site, page: Page) -> None:
    classes = [*filling.HOSTILE, *(f"class {number}" for number in range(200))]
    chosen = [filling.MARKUP, filling.LONG, filling.RIGHT_TO_LEFT]
    odd = {"name": "odd", "when": {"classes": chosen}, "tags": ["<b>tag"]}
    filling.add_project(site.application, "parts", classes=classes, rules=[odd])
    page.goto(f"{site.url}/projects/parts")
    dialog = opened(page, "Conditions")
    dialog.get_by_text("Classes: 3").press("Enter")
    expect(dialog.get_by_role("checkbox")).to_have_count(len(classes))
    dialog.get_by_label("Find a class").fill("CLASS 19")
    expect(dialog.get_by_role("checkbox")).to_have_count(11)
    dialog.get_by_role("checkbox", name="class 199").press("Space")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("in force")
    when = settings_of(site.application).rules[0].when
    assert when is not None
    assert when.classes == (*chosen, "class 199")
    assert page.locator("main :is(script, b, i, img)").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_every_screen_and_axe_finds_nothing(
    site: Site, page: Page, theme: Theme, width: int
) -> None:
    queued.fill_queue(site.application)
    filling.count(site.application, "parts", not_sampled=1_222_222, kept=1_240)
    site.application.team.save(TEAM, utc_now())
    classes = [*filling.HOSTILE, "dent"]
    filling.add_project(site.application, "parts", classes=classes, rules=[UNSURE, CROWDED])
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/projects/parts")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check(page)
    for name in ("Collection limits", "Conditions", "Review team"):
        dialog = opened(page, name)
        for summary in dialog.locator("summary:visible").all():
            summary.click()
        check(page)
        inside = "all => all.every(each => each.getBoundingClientRect().right <= innerWidth)"
        assert dialog.locator(".dialog-body *").evaluate_all(inside)
        page.keyboard.press("Escape")
    page.goto(f"{site.url}/projects/parts/history")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check(page)
