"""The page of all projects, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings
from plugin.stores.candidates.admission import Candidate
from tests.browser.conftest import Site
from tests.browser.looks import Theme, check
from tests.browser.queued import fill_queue


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def figure(page: Page, project: str, heading: str) -> Locator:
    """One of a project's numbers."""
    term = page.get_by_text(heading, exact=True)
    return card(page, project).locator(".figures > div").filter(has=term).locator("dd")


def add_project(application: Application, name: str, **changes: object) -> ProjectSettings:
    """Put a project's settings in force."""
    given = {"project": name, "classes": ["bolt"], "rules": [{"name": "all"}]} | changes
    settings = ProjectSettings.model_validate(given)
    return application.history.add(settings, "ann@example.com", utc_now()).settings


def keep(application: Application, settings: ProjectSettings, number: int) -> None:
    """Charge the caps for so many frames, as admission does."""
    for each in range(number):
        candidate = Candidate(f"{each:032x}", "d", settings.rules)
        application.admission.admit(settings, candidate, utc_now())


def fill(application: Application) -> None:
    """`parts` in full swing, `doors` switched off, `seams` new."""
    limits = {"per_day": 500, "per_hour": 100}
    keep(application, add_project(application, "parts", limits=limits), 37)
    add_project(application, "doors", enabled=False, task_type="instance-segmentation")
    add_project(application, "seams")
    now = utc_now()
    line_1, line_2, gone = (
        application.deployments.register("parts", name, now)[0] for name in ("1", "2", "gone")
    )
    application.deployments.register("doors", "1", now)
    application.activity.saw(line_1, "", 1, now)
    application.activity.saw(line_2, "", 1, now - timedelta(minutes=11))
    application.activity.saw(gone, "", 1, now)
    application.deployments.revoke(gone)
    application.activity.flush()
    fill_queue(application)


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    fill(site.application)
    page.goto(site.url)
    return page


def test_a_project_says_whether_it_is_on_and_what_it_is(filled: Page) -> None:
    expect(card(filled, "parts")).to_contain_text("Active learning is switched On")
    expect(card(filled, "parts")).to_contain_text("Object detection")
    expect(card(filled, "doors")).to_contain_text("Active learning is switched Off")
    expect(card(filled, "doors")).to_contain_text("Instance segmentation")
    link = card(filled, "parts").get_by_role("link", name="parts", exact=True)
    expect(link).to_have_attribute("href", "/projects/parts")


def test_images_and_deployments_are_counted(filled: Page) -> None:
    expect(figure(filled, "parts", "Ready for review")).to_have_text("337")
    expect(figure(filled, "parts", "In review")).to_have_text("149")
    # One of three is revoked, and the other was seen eleven minutes ago.
    expect(figure(filled, "parts", "Deployments live")).to_have_text("1 of 2")
    expect(figure(filled, "doors", "Deployments live")).to_have_text("0 of 1")
    batches = figure(filled, "parts", "Batches").get_by_role("link", name="3")
    expect(batches).to_have_attribute("href", "/queue?project=parts")
    expect(filled.get_by_text("337 images ready for review, 1,337 in review")).to_be_visible()


def test_what_was_kept_stands_against_its_caps(site: Site, filled: Page) -> None:
    kept = card(filled, "parts").locator(".kept")
    expect(kept).to_contain_text("37 of 500")
    expect(kept).to_contain_text("37 of 100 this hour")
    expect(kept).not_to_contain_text("this minute")
    expect(kept.get_by_role("meter")).to_have_attribute("aria-valuetext", "37 of 500")
    expect(kept).not_to_contain_text("Cap reached")
    seams = card(filled, "seams").locator(".kept")
    expect(seams).to_contain_text("0 no daily cap")
    keep(site.application, add_project(site.application, "seams"), 4)
    filled.reload()
    expect(seams).to_contain_text("4 no daily cap")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"per_day": 3, "per_hour": 9}, "Cap reached today"),
        ({"per_day": 9, "per_hour": 3}, "Cap reached this hour"),
    ],
)
def test_a_cap_that_is_reached_is_said(
    site: Site, page: Page, limits: dict[str, int], said: str
) -> None:
    keep(site.application, add_project(site.application, "parts", limits=limits), 5)
    page.goto(site.url)
    expect(card(page, "parts")).to_contain_text(said)


def test_what_redis_has_forgotten_is_not_called_nothing(
    site: Site, filled: Page, redis: Redis
) -> None:
    redis.delete("lsal:parts:caps")
    filled.reload()
    expect(card(filled, "parts")).to_contain_text("being counted anew")
    settings = site.application.history.newest("parts").settings
    site.application.restorer.make_good(settings, utc_now())
    filled.reload()
    expect(card(filled, "parts")).to_contain_text("0 of 500")


def test_a_project_says_what_is_to_be_done_next(filled: Page) -> None:
    doors = card(filled, "doors").get_by_role("link", name="switch it on")
    expect(doors).to_have_attribute("href", "/projects/doors")
    expect(card(filled, "seams")).to_contain_text("Nothing can post yet")
    expect(card(filled, "parts").locator(".project-foot")).to_have_count(0)


def test_without_projects_the_page_says_how_to_make_one(site: Site, page: Page) -> None:
    page.goto(site.url)
    expect(page.get_by_role("heading", name="No project yet")).to_be_visible()
    for command in ("lsal project apply settings.yaml", "lsal deployment create PROJECT NAME"):
        expect(page.get_by_text(command)).to_be_visible()


def test_many_projects_are_paged_and_found_by_name(site: Site, page: Page) -> None:
    for number in range(30):
        add_project(site.application, f"line-{number:02d}")
    page.goto(site.url)
    expect(page.get_by_role("article")).to_have_count(24)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("article")).to_have_count(6)
    page.get_by_label("Find a project").fill("LINE-2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(10)
    page.get_by_label("Find a project").fill("<b>no")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="No project of this name")).to_be_visible()
    page.get_by_role("link", name="Show all 30 projects").click()
    expect(page.get_by_role("article")).to_have_count(24)


@pytest.mark.parametrize("asked", ["page=0", "page=x", "page=99999", "q=%00%FF"])
def test_a_query_that_makes_no_sense_is_no_error(filled: Page, site: Site, asked: str) -> None:
    answer = filled.goto(f"{site.url}/?{asked}")
    assert answer
    assert answer.status == 200


def test_the_page_needs_no_label_studio(filled: Page, site: Site) -> None:
    expect(filled.get_by_role("article")).to_have_count(3)
    assert "label_studio" not in vars(site.application)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("light", 360), ("dark", 390)])
def test_it_fits_every_screen_and_axe_finds_nothing(
    site: Site, page: Page, theme: Theme, width: int
) -> None:
    fill(site.application)
    add_project(site.application, "a" * 32, limits={"per_day": 10**9, "per_minute": 10**9})
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    inside = "each => each.getBoundingClientRect().right <= innerWidth + 0.5"
    assert page.locator("article *").evaluate_all(f"all => all.every({inside})")
    check(page)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(filled: Page) -> None:
    filled.keyboard.press("Tab")
    expect(filled.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    cards = filled.get_by_role("article").get_by_role("link")
    filled.get_by_role("link", name="Projects", exact=True).focus()
    while filled.locator("article :focus").count() == 0:
        filled.keyboard.press("Tab")
    for each in cards.all():
        expect(each).to_be_focused()
        assert each.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
        filled.keyboard.press("Tab")
