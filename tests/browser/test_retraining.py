"""The card *Retraining* in a real browser: by keyboard, with odd names, on every screen."""

from datetime import datetime, timedelta

import msgspec
import pytest
from playwright.sync_api import Page, expect

from plugin.domain.announcing import (
    Announcement,
    Attempt,
    Delivery,
    ModelSeen,
    begin,
    failed,
    succeeded,
)
from tests.browser import filling
from tests.browser.conftest import Site
from tests.browser.looks import Theme, check
from tests.browser.settings_dialogs import opened, settings_of

NOW = filling.NOW
ADDRESS = "https://train.example.com/" + "hook/" * 60


def announce(site: Site, version: int, at: datetime, *deliveries: Delivery, **more: object) -> None:
    """A version that was announced."""
    made = Announcement(
        project="parts", version=version, reason="200 new images", at=at, body="{}",
        deliveries=deliveries,
    )  # fmt: skip
    site.application.announcements.add(msgspec.structs.replace(made, **more))


def fill(site: Site, **retrain: object) -> None:
    """Announcements of every kind."""
    filling.add_project(site.application, "parts", retrain=retrain)
    webhook, command = Delivery("webhook"), Delivery("command")
    tries = begin(webhook, NOW, 0.5)
    failing = failed(tries, Attempt(NOW, 503, "answered 503"), filling.MARKUP)
    dead = failed(tries, Attempt(NOW, 410, filling.LONG * 4))
    broken = failed(begin(command, NOW, 0), Attempt(NOW, 3, "exit status 3"), "Traceback\n" * 60)
    taken = succeeded(tries, Attempt(NOW, 204))
    day = timedelta(days=1)
    seen = ModelSeen(filling.LONG, filling.RIGHT_TO_LEFT, NOW)
    announce(site, 1, NOW - 3 * day, reason=filling.MARKUP)
    announce(site, 2, NOW - 2 * day, taken, seen=seen, expected=filling.MARKUP)
    announce(site, 3, NOW - day, dead, broken)
    announce(site, 4, NOW, failing, begin(command, NOW, 0))


def test_retraining_is_set_up_by_the_keyboard(site: Site, page: Page) -> None:
    filling.add_project(site.application, "parts")
    page.goto(f"{site.url}/projects/parts")
    card = page.get_by_role("region", name="Retraining")
    expect(card).to_contain_text("is not made by itself")
    dialog = opened(page, "Retraining")
    expect(dialog.get_by_label("After new images")).to_be_focused()
    page.keyboard.type("200")
    dialog.get_by_label("Every", exact=True).select_option("Week")
    dialog.get_by_label("When a batch is completed").press("Space")
    dialog.get_by_label("Announce it to a webhook").fill("https://train.example.com/new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("These settings are in force")
    expect(card).to_contain_text("After 200 new images, when a batch is completed, every week")
    saved = settings_of(site.application).retrain
    assert (saved.after_images, saved.on_batch, saved.every) == (200, True, "weekly")


def test_a_secret_is_made_and_shown_once(site: Site, page: Page) -> None:
    filling.add_project(site.application, "parts", retrain={"webhook": ADDRESS})
    page.goto(f"{site.url}/projects/parts")
    page.get_by_role("button", name="Make a signing secret").press("Enter")
    dialog = page.get_by_role("dialog", name="Make a signing secret?")
    expect(dialog.get_by_role("button", name="Make it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The signing secret")).to_be_visible()
    [secret] = site.application.retrain_secrets.of("parts")
    expect(page.get_by_label("Signing secret", exact=True)).to_have_text(secret)
    page.get_by_role("link", name="I have it").press("Enter")
    expect(page.get_by_role("region", name="Retraining")).to_contain_text("Made")
    expect(page.get_by_text(secret)).to_have_count(0)


def test_a_version_is_announced_again_by_the_keyboard(site: Site, page: Page) -> None:
    fill(site, webhook=ADDRESS, command=True)
    page.goto(f"{site.url}/projects/parts")
    page.get_by_role("button", name="Announce again version 3").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Version 3 is announced again")
    found = site.application.announcements.get("parts", 3)
    assert [each.outcome for each in found.deliveries] == ["waiting", "waiting"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_every_screen_and_axe_finds_nothing(
    site: Site, page: Page, theme: Theme, width: int
) -> None:
    fill(site, webhook=ADDRESS, command=True, after_images=200, every="monthly")
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/projects/parts")
    card = page.get_by_role("region", name="Retraining")
    for summary in card.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("main :is(script, b, i, img)").count() == 0
    check(page)
    opened(page, "Retraining")
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Make a signing secret").press("Enter")
    check(page)
