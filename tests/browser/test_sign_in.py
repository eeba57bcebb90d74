"""Signing in and out, as a browser shows it. Label Studio is closed here."""

from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.looks import THEMES, check


def test_who_comes_is_asked_for_a_token_and_told_where_it_is(site: Site, stranger: Page) -> None:
    stranger.goto(f"{site.url}/queue?search=a")
    expect(stranger).to_have_title("Sign in · Active learning")
    expect(stranger.get_by_label("Label Studio token")).to_be_focused()
    stranger.get_by_text("Where do I find it?").press("Enter")
    link = stranger.get_by_role("link", name="your account in Label Studio")
    expect(link).to_have_attribute("href", "http://studio.example/user/account")
    expect(stranger.get_by_role("navigation")).to_have_count(0)
    expect(stranger.locator("input[name=next]")).to_have_value("/queue?search=a")


def test_what_is_wrong_is_said_at_the_field_and_read_with_it(
    site: Site, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/sign-in")
    token = page.get_by_label("Label Studio token")
    token.fill("<b>wrong</b>")
    token.press("Enter")
    expect(token).to_have_accessible_description(
        "This does not look like a token of Label Studio. "
        "It is shown to Label Studio once, to see whose it is, and kept nowhere."
    )
    expect(token).to_have_attribute("aria-invalid", "true")
    expect(token).to_have_value("")
    expect(page).to_have_title("Error: Sign in · Active learning")
    page.get_by_label("Label Studio token").fill("a" * 40)
    page.get_by_role("button", name="Sign in").click()
    expect(
        page.get_by_text("Label Studio does not answer, so that nobody can tell")
    ).to_be_visible()


def test_signing_out_is_two_clicks_or_keys_away(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/mine")
    menu = page.get_by_label("Signed in as maya@example.com")
    menu.press("Enter")
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto(f"{site.url}/mine")
    expect(page).to_have_url(f"{site.url}/sign-in?next=/mine")


def test_signing_out_everywhere_ends_other_browsers_too(
    site: Site, page: Page, context: BrowserContext
) -> None:
    browser = context.browser
    assert browser
    with browser.new_context() as phone:
        sign_in(phone, site)
        other = phone.new_page()
        other.goto(f"{site.url}/mine")
        page.goto(f"{site.url}/mine")
        page.get_by_label("Signed in as").click()
        page.get_by_role("button", name="Sign out everywhere").click()
        expect(page.get_by_role("status")).to_have_text("You are signed out everywhere.")
        other.reload()
        expect(other).to_have_url(f"{site.url}/sign-in?next=/mine")


def test_a_form_sent_after_the_session_ended_is_explained(
    site: Site, context: BrowserContext
) -> None:
    sign_in(context, site)
    page = context.new_page()
    page.goto(f"{site.url}/mine")
    page.get_by_label("Signed in as").click()
    site.application.sessions.end_all("maya@example.com")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text("nothing was changed")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    expect(page.locator("input[name=next]")).to_have_value("/mine")


def test_what_was_shown_is_gone_with_the_session(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/mine")
    page.get_by_label("Signed in as").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(f"{site.url}/sign-in")
    page.go_back()
    expect(page).to_have_url(f"{site.url}/sign-in?next=/mine")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_fits_and_axe_finds_nothing(
    site: Site, stranger: Page, theme: Literal["light", "dark"], width: int
) -> None:
    stranger.emulate_media(color_scheme=theme)
    stranger.set_viewport_size({"width": width, "height": 800})
    stranger.goto(f"{site.url}/sign-in")
    stranger.get_by_text("Where do I find it?").click()
    assert stranger.evaluate("document.documentElement.scrollWidth") == width
    check(stranger)
