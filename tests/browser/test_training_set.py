"""The training set on a project's page: its versions, what became of them, and their downloads."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from plugin.training_set.versions import Certificate, Changes, CountDifference, Problem
from tests.browser import filling
from tests.browser.conftest import Site, sign_in
from tests.browser.filling import HOSTILE, LONG, MARKUP, NOW
from tests.browser.looks import THEMES, Theme, outside, serious
from tests.training_set.format_samples import DETECTION
from tests.training_set.publishing import publish, version


@pytest.fixture
def card(site: Site, page: Page) -> Locator:
    """The card of a project that has reviewed images, and no version yet."""
    filling.add_project(site.application, "parts")
    return page.get_by_role("region", name="Training set", exact=True)


def open_page(site: Site, page: Page, project: str = "parts") -> None:
    page.goto(f"{site.url}/projects/{project}")


def add(site: Site, number: int, images: int, **more: Any) -> None:
    site.application.training_sets.add("parts", version(number, images, **more))


def row(card: Locator, number: int) -> Locator:
    heading = card.page.get_by_role("rowheader", name=f"Version {number}")
    return card.get_by_role("row").filter(has=heading)


def test_without_a_version_it_says_how_to_make_one(site: Site, page: Page, card: Locator) -> None:
    open_page(site, page)
    expect(card).to_contain_text("No version yet. lsal export parts makes one")
    expect(card).to_contain_text("lsal dataset init parts --from PATH")
    expect(card.get_by_role("link")).to_have_count(0)


def test_a_version_in_numbers(site: Site, page: Page, card: Locator) -> None:
    add(site, 1, 1200)
    changes = Changes(34, 5, 2, {"dent": (90, 7, 4)})
    splits = {"train": 986, "val": 130, "test": 116}
    add(site, 2, 1232, changes=changes, per_split=splits, created_by="maya@example.com")
    open_page(site, page)
    for term, number in (("train on", "986"), ("validate", "130"), ("test", "116")):
        figure = card.get_by_role("term").filter(has_text=term).locator("xpath=..")
        expect(figure.get_by_role("definition")).to_have_text(number)
    expect(row(card, 2)).to_contain_text("1,232")
    expect(row(card, 2)).to_contain_text("3,696")
    expect(row(card, 2)).to_contain_text("maya@example.com")
    expect(row(card, 2)).to_contain_text("+34 added ~5 changed −2 removed")
    expect(row(card, 2)).to_contain_text("Verified")
    card.get_by_text("Classes in version 2").click()
    dent = card.get_by_role("row").filter(has=page.get_by_role("rowheader", name="dent"))
    for column, number in (("Annotations", "3,696"), ("Added", "90"), ("Changed", "7"),
                           ("Removed", "4")):  # fmt: skip
        expect(dent.locator(f'[data-label="{column}"]')).to_have_text(number)


def test_what_a_certificate_could_not_say(site: Site, page: Page, card: Locator) -> None:
    differences = tuple(CountDifference(f"2026-11-{day}", 10, 12) for day in range(10, 15))
    different = Certificate(NOW, 10, 30, counts="different", differences=differences)
    away = Certificate(NOW, 10, 30, counts="not asked", reason="Label Studio did not answer")
    add(site, 1, 10, certificate=different)
    add(site, 2, 10, certificate=away, changes=Changes())
    open_page(site, page)
    expect(row(card, 1)).to_contain_text("Counts differ")
    expect(row(card, 1)).to_contain_text("2026-11-10: 10 here, 12 in Label Studio")
    expect(row(card, 1)).to_contain_text("and 2 more batches")
    expect(row(card, 2)).to_contain_text("Not compared")
    expect(row(card, 2)).to_contain_text("Label Studio did not answer")
    expect(row(card, 2).locator('[data-label="Changes"]')).to_have_text("None")


def test_images_that_are_set_aside_say_why(site: Site, page: Page, card: Locator) -> None:
    found = [
        Problem(f"{n:032d}", "boxes[0].xyxy", "(5, 5, 5, 9)", "an area", "2026-11-23", n)
        for n in range(8)
    ]
    site.application.training_sets.add_problems("parts", "one", found)
    add(site, 1, 10, problems=8, problems_name="one", widened=("rust",))
    open_page(site, page)
    summary = card.get_by_text("8 reviewed images are set aside")
    summary.focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("(batch 2026-11-23, task 4): boxes[0].xyxy: (5, 5, 5, 9)")
    expect(card).to_contain_text("and 3 more")
    expect(card).to_contain_text("classes that the settings do not name")
    expect(card.get_by_role("listitem").filter(has_text="rust")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_every_version_can_be_downloaded_in_what_fits(
    theme: Theme, site: Site, page: Page, card: Locator
) -> None:
    page.emulate_media(color_scheme=theme)
    publish(site.application.training_sets, DETECTION, 1)
    open_page(site, page)
    links = row(card, 1).get_by_role("link")
    expect(links).to_have_text(
        [f"{words} of version 1" for words in
         ("COCO", "YOLO", "YOLO OBB", "Pascal VOC")]
    )  # fmt: skip
    links.nth(1).focus()
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == "parts-v1-yolo.zip"
    with zipfile.ZipFile(BytesIO(Path(started.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert sum(name.endswith(".jpg") for name in names) == 5
    assert {"data.yaml", "dataset.json"} < set(names)


def test_reviewers_see_the_versions_and_download_none(
    site: Site, page: Page, card: Locator, context: BrowserContext
) -> None:
    publish(site.application.training_sets, DETECTION, 1)
    sign_in(context, site, "ann@example.com", manager=False)
    open_page(site, page)
    expect(row(card, 1)).to_contain_text("Version 1")
    expect(row(card, 1).get_by_role("link")).to_have_count(0)
    answer = page.request.get(f"{site.url}/projects/parts/training-set/1.zip?format=coco")
    assert answer.status == 403


def test_only_the_newest_versions_are_listed(site: Site, page: Page, card: Locator) -> None:
    for number in range(1, 10):
        add(site, number, number)
    open_page(site, page)
    headings = card.get_by_role("rowheader", name="Version")
    expect(headings).to_have_count(5)
    expect(headings.first).to_contain_text("Version 9")
    expect(card).to_contain_text("4 earlier versions: lsal dataset list parts")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_names_that_mean_no_good_disturb_nothing(
    width: int, theme: Theme, site: Site, page: Page, card: Locator
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    problem = Problem(MARKUP + LONG, "class", LONG, MARKUP, "2026-11-23", 7)
    site.application.training_sets.add_problems("parts", "one", [problem])
    away = Certificate(NOW, 10, 30, counts="not asked", reason=MARKUP + LONG)
    add(
        site, 1, 9_999_999, classes=HOSTILE, widened=HOSTILE, problems=1, problems_name="one",
        created_by=LONG, certificate=away, changes=Changes(9_999_999, 9_999_999, 9_999_999),
        per_class=dict.fromkeys(HOSTILE, 9_999_999),
    )  # fmt: skip
    open_page(site, page)
    for summary in card.locator("summary").all():
        summary.click()
    expect(card.get_by_text("<script>").first).to_be_visible()
    assert outside(card) == []
    assert serious(page) == []
