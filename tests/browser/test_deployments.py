"""Deployments on the page of their project, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from plugin.clock import utc_now
from tests.browser import filling
from tests.browser.conftest import Site


def deployments(page: Page) -> Locator:
    return page.get_by_role("region", name="Deployments")


def item(page: Page, name: str) -> Locator:
    """One deployment, by its name."""
    named = page.get_by_text(name, exact=True)
    return deployments(page).locator(".deployments > li").filter(has=named)


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    """`line-1` posts with two models, `line-2` never did, `line-3` is revoked."""
    filling.fill(site.application)
    parts, now = site.application, utc_now()
    line_1, _ = parts.deployments.of_project("parts")
    parts.activity.saw(line_1, "parts-7", 2400, now)
    parts.activity.saw(line_1, "parts-6", 600, now - timedelta(seconds=70))
    line_3, _ = parts.deployments.register("parts", "line-3", now, "detector", "5")
    parts.activity.saw(line_3, "", 1, now - timedelta(days=2, hours=1))
    parts.deployments.revoke(line_3)
    parts.activity.flush()
    page.goto(f"{site.url}/projects/parts")
    return page


def test_a_deployment_says_when_it_was_seen_how_much_it_posts_and_with_what(filled: Page) -> None:
    line_1 = item(filled, "line-1")
    expect(line_1).to_contain_text("Seen just now · ")
    expect(line_1.locator(".rate")).to_contain_text("events/s")
    versions = line_1.get_by_role("list", name="Model versions").get_by_role("listitem")
    expect(versions).to_have_text(["parts-7 80%", "parts-6 20%"])
    expect(line_1).not_to_contain_text("Revoked")


def test_one_that_was_never_seen_and_one_that_is_revoked_say_so(filled: Page) -> None:
    expect(item(filled, "line-2")).to_contain_text("Never seen")
    line_3 = item(filled, "line-3")
    for said in ("Revoked", "Seen 2 days ago", "Registered with detector 5", "no version 100%"):
        expect(line_3).to_contain_text(said)
    expect(line_3.locator(".rate")).to_have_count(0)


def test_a_project_without_one_says_how_to_make_one(site: Site, page: Page) -> None:
    filling.add_project(site.application, "doors")
    page.goto(f"{site.url}/projects/doors")
    expect(deployments(page)).to_contain_text("lsal deployment create doors NAME")


def test_many_deployments_are_folded_away(site: Site, page: Page) -> None:
    filling.add_project(site.application, "parts")
    for number in range(9):
        site.application.deployments.register("parts", f"line-{number}", filling.NOW)
    page.goto(f"{site.url}/projects/parts")
    expect(page.get_by_text("line-5", exact=True)).to_be_visible()
    expect(page.get_by_text("line-6", exact=True)).to_be_hidden()
    page.get_by_text("3 more", exact=True).click()
    expect(page.get_by_text("line-8", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_versions_with_names_that_mean_no_good_stay_inside(
    site: Site, page: Page, width: int
) -> None:
    filling.fill_hostile(site.application)
    [hostile] = site.application.deployments.of_project("a" * 32)
    for number, version in enumerate((filling.MARKUP, filling.LONG, filling.HOSTILE[4], "rest")):
        site.application.activity.saw(hostile, version, 10**6 - number, utc_now())
    site.application.activity.flush()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/projects/{'a' * 32}")
    expect(page.get_by_text("1 more version")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    inside = "each => each.getBoundingClientRect().right <= innerWidth"
    assert page.locator(".deployments *").evaluate_all(f"all => all.every({inside})")
    assert page.locator("main :is(script, b, img)").count() == 0
