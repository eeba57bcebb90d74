"""What the page of a project says of its events, deployments and frames, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import filling
from tests.browser.conftest import Site


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    """The page of a lively project; there is another one that is switched off and has nothing."""
    filling.fill(site.application)
    page.goto(f"{site.url}/projects/parts")
    return page


def stage(page: Page, name: str) -> Locator:
    return page.get_by_role("meter", name=name, exact=True)


def test_a_project_says_what_it_is(filled: Page) -> None:
    main = filled.get_by_role("main")
    for said in ("Object detection", "Training set version 3", "version 1 by ann@example.com"):
        expect(main).to_contain_text(said)
    for name in ("bolt", "dent", "scratch", "line-1", "line-2"):
        expect(main.get_by_text(name, exact=True).first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Received", "1,234,567"),
        ("Sampled", "12,345 of 1,234,567"),
        ("Matched a rule", "2,244 of 12,345"),
        ("Kept", "1,240 of 2,244"),
        ("In Label Studio", "1,237 of 1,240"),
        ("Reviewed", "736 of 1,237"),
        ("In the training set", "588 of 736"),
        ("Not sampled", "1,222,222 of 1,234,567"),
        ("No rule matched", "10,101 of 1,234,567"),
        ("Limit reached", "1,004 of 1,234,567"),
    ],
)
def test_the_funnel_has_a_number_and_a_bar_for_every_stage(
    filled: Page, name: str, said: str
) -> None:
    bar = stage(filled, name)
    expect(bar).to_have_attribute("aria-valuetext", re.compile(f"^{said}"))
    expect(bar.locator("xpath=..")).to_contain_text(said.partition(" ")[0])


def test_a_bar_is_as_long_as_its_share(filled: Page) -> None:
    bar = stage(filled, "Kept")
    whole, part = bar.bounding_box(), bar.locator("rect").bounding_box()
    assert whole and part
    assert part["width"] / whole["width"] == pytest.approx(1240 / 2244, abs=0.01)
    assert part["height"] == whole["height"]


def test_failed_and_waiting_frames_are_not_hidden(filled: Page, site: Site) -> None:
    failed = "1 frame failed to import into Label Studio"
    warning = filled.get_by_role("region", name=failed)
    expect(warning).to_contain_text("no object 'projects/parts/images/ab.jpg'")
    expect(filled.get_by_text("2 more on the way into Label Studio").first).to_be_visible()
    filled.goto(f"{site.url}/projects/doors")
    expect(filled.get_by_text("failed to import")).to_have_count(0)


def test_a_new_project_says_what_is_missing(filled: Page, site: Site) -> None:
    filled.goto(f"{site.url}/projects/doors")
    for said in (
        "lsal deployment create doors NAME", "No event yet.", "/v1/projects/doors/events",
        "No batch yet.",
    ):  # fmt: skip
        expect(filled.get_by_role("main")).to_contain_text(said)


def test_what_clients_report_is_shown_and_their_losses_are_not_hidden(
    filled: Page, site: Site
) -> None:
    for outcome, number in {"not_sampled": 9_950, "dropped": 50}.items():
        site.application.redis.hincrby("lsal:doors:funnel", f"edge:{outcome}", number)
    filled.goto(f"{site.url}/projects/doors")
    lost = stage(filled, "Lost: no room, or too old")
    expect(lost).to_have_attribute("aria-valuetext", "50 of 10,000")


def test_counts_lost_with_redis_do_not_break_the_funnel(filled: Page, site: Site) -> None:
    site.application.redis.delete("lsal:parts:funnel")
    filled.reload()
    expect(stage(filled, "In Label Studio")).to_have_attribute("aria-valuetext", "1,237 of 1,237")


def test_class_names_are_text_and_nothing_else(site: Site, page: Page) -> None:
    filling.fill_hostile(site.application)
    page.goto(f"{site.url}/projects/{'a' * 32}")
    page.get_by_text("198 more").click()
    classes = page.get_by_role("region", name="Classes").locator(".chip")
    assert classes.all_inner_texts() == list(filling.names_of(site.application, "a" * 32))
    assert page.locator("main :is(script, b, i, img)").count() == 0
