"""The page of a project in a real browser: forms by keyboard, previews, history, the switch."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from plugin.bootstrap import Application
from plugin.clock import utc_now
from tests.browser import filling
from tests.browser.conftest import Site, sign_in
from tests.browser.settings_dialogs import CROWDED, RANDOM, UNSURE, opened, rule, settings_of


def rule_names(application: Application) -> list[str]:
    return [rule.name for rule in settings_of(application).rules]


@pytest.fixture
def parts(site: Site, page: Page) -> Page:
    """The page of `parts`, which has three rules."""
    filling.add_project(site.application, "parts", rules=[UNSURE, CROWDED, RANDOM])
    page.goto(f"{site.url}/projects/parts")
    return page


@pytest.fixture
def refused(site: Site, context: BrowserContext) -> Iterator[Page]:
    """The same on a page whose forms are refused: the browser logs that, and nothing else."""
    sign_in(context, site)
    filling.add_project(site.application, "parts", rules=[UNSURE, CROWDED, RANDOM])
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site.url}/projects/parts")
    yield page
    refusal = re.compile("Failed to load resource: the server responded with a status of 4(22|09)")
    assert [each for each in complaints if not refusal.match(each)] == []


def test_limits_are_edited_by_the_keyboard(site: Site, parts: Page) -> None:
    dialog = opened(parts, "Collection limits")
    dialog.get_by_label("Sampling rate").fill("0.5%")
    dialog.get_by_label("An hour").fill("20")
    dialog.get_by_label("Within").fill("1h")
    parts.keyboard.press("Enter")
    expect(parts.get_by_role("status")).to_contain_text("These settings are in force")
    expect(parts.get_by_role("region", name="Collection limits")).to_contain_text("20 an hour")
    found = settings_of(site.application)
    assert (found.sampling_rate, found.limits.per_hour) == (0.005, 20)
    assert found.near_duplicates is not None
    assert len(found.rules) == 3


def test_escape_closes_and_gives_the_focus_back(parts: Page) -> None:
    opened(parts, "Conditions")
    parts.keyboard.press("Escape")
    expect(parts.get_by_role("dialog")).to_have_count(0)
    expect(parts.get_by_role("button", name="Edit conditions")).to_be_focused()


def test_a_rule_is_added_by_the_keyboard(site: Site, parts: Page) -> None:
    dialog = opened(parts, "Conditions")
    dialog.get_by_role("button", name="Add a rule").press("Enter")
    name = dialog.get_by_label("Name").last
    expect(name).to_be_focused()
    name.fill("sure")
    expect(dialog.get_by_role("heading", name="Rule 4 sure")).to_be_visible()
    dialog.get_by_text("Classes: all").last.press("Enter")
    dialog.get_by_role("checkbox", name="scratch").last.press("Space")
    expect(dialog.get_by_text("Classes: 1").last).to_be_visible()
    dialog.get_by_label("Above").nth(-2).fill("90%")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(parts.get_by_role("heading", name="sure", exact=True)).to_be_visible()
    added = settings_of(site.application).rules[3]
    assert added.when is not None
    assert added.when.classes == ("scratch",)
    assert added.when.confidence is not None
    assert added.when.confidence.above == 0.9


def test_rules_are_moved_and_removed_by_the_keyboard(site: Site, parts: Page) -> None:
    dialog = opened(parts, "Conditions")
    down = rule(dialog, 1).get_by_role("button", name="Move down")
    down.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("unsure is now rule 2 of 3.")
    expect(rule(dialog, 2).get_by_role("button", name="Move down")).to_be_focused()
    parts.keyboard.press("Enter")
    expect(rule(dialog, 3)).to_contain_text("unsure")
    parts.keyboard.press("Enter")  # it is the last: nothing happens
    rule(dialog, 1).get_by_role("button", name="Remove").press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("crowded was removed.")
    expect(dialog.get_by_role("heading", name="Rule 1 random")).to_be_focused()
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(parts.get_by_role("status").first).to_contain_text("in force")
    assert rule_names(site.application) == ["random", "unsure"]


def test_without_a_rule_everything_is_kept_and_the_form_says_so(site: Site, parts: Page) -> None:
    dialog = opened(parts, "Conditions")
    for _ in range(3):
        rule(dialog, 1).get_by_role("button", name="Remove").press("Enter")
    expect(dialog.get_by_text("No rule: every event that is sampled")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add a rule")).to_be_focused()
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(parts.get_by_text("Add one to keep only what")).to_be_visible()
    assert rule_names(site.application) == []


def test_what_is_wrong_is_said_at_its_field(site: Site, refused: Page) -> None:
    dialog = opened(refused, "Conditions")
    dialog.get_by_text("What it keeps").first.click()
    below = dialog.get_by_label("Below").first
    below.fill("6")
    dialog.get_by_role("button", name="Save").press("Enter")
    dialog = refused.get_by_role("dialog", name="Conditions")
    below = dialog.get_by_label("Below").first
    expect(below).to_be_focused()
    expect(below).to_have_value("6")
    expect(below).to_have_accessible_description(re.compile("did you mean 6%"))
    link = dialog.get_by_role("alert").get_by_role("link", name="Rule 1: confidence below")
    link.press("Enter")
    expect(below).to_be_focused()
    below.fill("6%")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(refused.get_by_role("status").first).to_contain_text("in force")
    assert site.application.history.newest("parts").version == 2


def test_the_second_of_two_managers_is_told(site: Site, refused: Page) -> None:
    dialog = opened(refused, "Collection limits")
    dialog.get_by_label("A day").fill("500")
    filling.add_project(site.application, "parts", rules=[UNSURE])
    dialog.get_by_role("button", name="Save").press("Enter")
    alert = refused.get_by_role("alert")
    expect(alert).to_contain_text("ann@example.com changed the settings meanwhile")
    expect(alert).to_contain_text("rules.random")
    expect(refused.get_by_label("A day").first).to_have_value("500")
    assert settings_of(site.application).limits.per_day is None


def test_a_preview_follows_what_is_typed(site: Site, parts: Page) -> None:
    dialog = opened(parts, "Collection limits")
    said = dialog.locator(".preview-said")
    dialog.get_by_role("button", name="Preview").press("Enter")
    expect(said).to_contain_text("No event came in lately")
    dialog.get_by_label("Sampling rate").fill("200%")
    expect(said).to_contain_text("Sampling rate: expected a share")
    dialog.get_by_label("Sampling rate").fill("20%")
    expect(said).to_contain_text("No event came in lately")
    assert site.application.history.newest("parts").version == 1


def test_an_earlier_version_comes_back_once_that_is_confirmed(site: Site, page: Page) -> None:
    filling.add_project(site.application, "parts", rules=[UNSURE, CROWDED, RANDOM])
    filling.add_project(site.application, "parts", rules=[UNSURE], sampling_rate="10%")
    page.goto(f"{site.url}/projects/parts")
    page.get_by_role("button", name="Roll back to version 1").press("Enter")
    dialog = page.get_by_role("dialog", name="Roll back to version 1?")
    expect(dialog).to_contain_text("sampling_rate: 10% → 100%")
    dialog.get_by_role("button", name="Roll back").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("as in version 1 again")
    expect(page.get_by_text("Version 3", exact=True)).to_be_visible()
    assert len(settings_of(site.application).rules) == 3


def test_the_switch_says_why_it_stays_off(site: Site, page: Page) -> None:
    filling.add_project(site.application, "parts", enabled=False)
    page.goto(f"{site.url}/projects/parts")
    switch = page.get_by_role("button", name="Switch on")
    expect(switch).to_have_accessible_description(re.compile("register one with"))
    switch.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not switched on")
    deployment, _ = site.application.deployments.register("parts", "line-1", utc_now())
    site.application.deployments.mark_seen(deployment, utc_now())
    page.get_by_role("button", name="Switch on").press("Enter")
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    assert settings_of(site.application).enabled
