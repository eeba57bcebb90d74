"""What stands around every page, and the components that pages are made of."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import flash, render_template_string
from playwright.sync_api import BrowserContext, Page, expect

from plugin.domain.errors import UnavailableError
from plugin.stores.measures.answering import LabelStudioAnswering
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import THEMES, Theme, check

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
LONG = "<b>very</b>." * 12 + "long@example.com"

DIALOG = """
{% extends "base.html" %}{% from "_forms.html" import csrf, field %}
{% block content %}
<h1>Parts</h1>
<button type="button" class="button" data-opens="limits">Edit limits</button>
<dialog class="dialog" id="limits" aria-labelledby="limits-h" {% if error %}data-open{% endif %}>
  <form method="post">{{ csrf() }}
    <header class="dialog-head"><h2 id="limits-h">Collection limits</h2>
      <button type="button" class="icon-button" data-closes aria-label="Close">✕</button></header>
    <div class="dialog-body">
      <div class="fields">
        {{ field("rate", "Sampling rate", "0.5%", help="Of all events.", autofocus=true) }}
        {{ field("minute", "Per minute", "<b>x</b>", error=error) }}
      </div>
      {% for number in range(30) %}<p>A long form.</p>{% endfor %}
    </div>
    <footer class="dialog-foot"><button type="button" class="button" data-closes>Cancel</button>
      <button class="button is-primary">Save</button></footer>
  </form>
</dialog>
{% endblock %}
"""


@pytest.fixture
def dialogs(site: Site) -> Site:
    """Pages with a dialog: as it is, and as it comes back with an error and messages."""

    @site.app.get("/dialog")
    def dialog() -> str:
        return render_template_string(DIALOG, error="")

    @site.app.get("/dialog-with-error")
    def with_error() -> str:
        flash("12 images were given to <b>ann</b>.", "done")
        flash("Somebody else changed the limits meanwhile.", "error")
        return render_template_string(DIALOG, error="<b>x</b> is no number")

    return site


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "Projects"), ("/queue", "Review queue"), ("/mine", "My reviews"), ("/system", "System")],
)
def test_the_navigation_says_where_one_is(site: Site, page: Page, path: str, name: str) -> None:
    page.goto(f"{site.url}{path}")
    here = page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
    expect(here).to_have_text(name)
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(4)


def test_a_reviewer_is_not_shown_what_is_for_managers(site: Site, context: BrowserContext) -> None:
    sign_in(context, site, "ann@example.com", manager=False)
    page = context.new_page()
    page.goto(f"{site.url}/mine")
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links).to_have_text(["Projects", "Review queue", "My reviews"])
    page.goto(f"{site.url}/system")
    expect(page.get_by_role("heading", name="This was refused")).to_be_visible()
    expect(page.get_by_text("This is for managers")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_whoever_is_signed_in_and_axe_finds_nothing(
    site: Site, context: BrowserContext, theme: Theme, width: int
) -> None:
    sign_in(context, site, LONG)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    for name in ("Projects", "Review queue", "My reviews", "System"):
        link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
    page.locator(".person summary").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("b").count() == 0
    check(page)


def test_the_keyboard_skips_to_the_content_and_reaches_the_menu(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/mine")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    for _ in range(6):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    expect(page.locator(".person summary")).to_be_focused()


def test_whether_label_studio_answers_is_known_without_asking(site: Site, page: Page) -> None:
    times = iter((NOW, NOW + timedelta(minutes=5)))
    answering = LabelStudioAnswering(site.application.redis, lambda: next(times))
    answering.note("ok")
    page.goto(f"{site.url}/mine")
    expect(page.get_by_role("contentinfo")).to_contain_text("answered 24 Nov 2026, 14:05 UTC")
    answering.note("no_answer")
    page.reload()
    away = "has not answered since 24 Nov 2026, 14:10 UTC"
    expect(page.get_by_role("contentinfo")).to_contain_text(away)
    assert "label_studio" not in vars(site.application)


def test_a_dialog_takes_the_focus_and_gives_it_back(dialogs: Site, page: Page) -> None:
    page.goto(f"{dialogs.url}/dialog")
    button = page.get_by_role("button", name="Edit limits")
    for end in ("Escape", "Cancel", "Close"):
        button.press("Enter")
        dialog = page.get_by_role("dialog", name="Collection limits")
        expect(dialog).to_be_visible()
        expect(page.get_by_label("Sampling rate")).to_be_focused()
        if end == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name=end).click()
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()


def test_a_dialog_that_came_back_with_an_error_is_open_at_it(dialogs: Site, page: Page) -> None:
    page.goto(f"{dialogs.url}/dialog-with-error")
    wrong = page.get_by_label("Per minute")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description("<b>x</b> is no number")
    expect(page.get_by_role("status")).to_have_text("12 images were given to <b>ann</b>.")
    expect(page.get_by_role("alert")).to_have_text("Somebody else changed the limits meanwhile.")
    page.reload()
    expect(page.get_by_role("status")).to_have_count(1)  # the page says it anew; it is not kept


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_dialog_fits_and_its_buttons_are_always_there(
    dialogs: Site, page: Page, theme: Theme, width: int
) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"{dialogs.url}/dialog-with-error")
    for name in ("Save", "Cancel", "Close"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert width > 360 or (box["x"], box["width"], box["height"]) == (0, 360, 640)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check(page)


@pytest.mark.parametrize("theme", THEMES)
def test_errors_look_like_the_other_pages(
    site: Site, context: BrowserContext, theme: Theme
) -> None:
    @site.app.get("/broken")
    def broken() -> str:
        raise UnavailableError("Store", "the disk is full: /var/secret")

    sign_in(context, site)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    answer = page.goto(f"{site.url}/broken?a=b")
    assert answer and answer.status == 503
    expect(page.get_by_role("heading", name="Not available right now")).to_be_visible()
    expect(page.get_by_text("Store is not available.")).to_be_visible()
    again = page.get_by_role("link", name="Try again")
    expect(again).to_have_attribute("href", "/broken?a=b")
    assert "secret" not in page.content()
    check(page)
