"""The gallery: what was kept, with what was predicted on it, why, and how far it is."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Page

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.prediction import Box, Keypoint, Label, Prediction
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.domain.rle import encode
from plugin.stores.frames.batches import TaskRef
from plugin.stores.frames.spool import image_key
from tests.browser.conftest import Site, sign_in
from tests.browser.filling import MARKUP, NOW, RIGHT_TO_LEFT, add_project
from tests.browser.looks import check
from tests.samples import jpeg

MASK = encode(np.pad(np.ones((180, 260), dtype=bool), 30))
PREDICTION = Prediction(
    320, 240,
    (
        Box("dent", 0.41, (20, 30, 120, 140)),
        Box("bolt", 0.93, (150, 60, 210, 110), polygon=((150, 60), (210, 70), (180, 110))),
        Box("bolt", 0.88, (230, 150, 300, 220), keypoints=(Keypoint("head", 250, 180),)),
    ),
    model_version="weld-7",
)  # fmt: skip
"""A box, an outline and a pose."""


def keep(site: Site, predictions: Sequence[Prediction], **changes: object) -> Batch:
    """A batch whose frames are tasks 1, 2, …"""
    parts = site.application
    add_project(parts, "parts")
    frames = []
    for number, prediction in enumerate(predictions):
        identifier = frame_id("parts", f"event-{number}")
        image = ImageInfo(
            image_key("parts", identifier, "jpg"), "image/jpeg", f"{number:064x}", 320, 240, 10
        )
        frame = Frame(
            frame_id=identifier, project="parts", event_id=f"event-{number}", deployment="line-3",
            captured_at=NOW, received_at=NOW, period="2026-11-23", image=image,
            prediction=prediction, rule="unsure-dent", reason="unsure-dent matched (dent 0.41)",
        )  # fmt: skip
        frames.append(replace(frame, **changes))
        parts.spool.add(frames[-1], jpeg(seed=number))
    batch = Batch(
        name="2026-11-23", project="parts", period="2026-11-23", part=1,
        title="parts · 2026-11-23", label_studio_id=7, created_at=NOW, size=len(frames),
    )  # fmt: skip
    parts.batches.create(batch)
    refs = [TaskRef(n, each.frame_id, f"{n:04d}", NOW) for n, each in enumerate(frames, 1)]
    if refs:
        parts.batches.add_tasks(batch, tuple(refs))
    parts.spool.mark_all_imported(batch.name, list(zip(frames, range(1, 999), strict=False)), NOW)
    return batch


def review(parts: Application, batch: Batch) -> None:
    """Ann has the first two, and has finished the first."""
    share = Share(
        reviewer="ann@example.com", tasks=(1, 2), shuffled=False, link="/x", assigned_at=NOW
    )
    parts.batches.save_assignments(batch, Assignments(shares=(share,)), 0)
    mark = Mark("ann@example.com", "finished", NOW, 12.0, 3)
    parts.batches.save_ledger(batch, Ledger(total=3, marks={1: (mark,)}, looked_at=NOW))


def test_a_tile_shows_what_was_predicted_and_why_it_was_kept(page: Page, site: Site) -> None:
    keep(site, [PREDICTION])
    page.goto(f"{site.url}/projects/parts/images")
    tile = page.locator(".tile")
    assert tile.count() == 1
    assert tile.locator("rect").count() == 2
    assert tile.locator("polygon").count() == 1
    assert tile.locator("line").count() == 1
    assert "unsure-dent matched" in tile.inner_text()
    assert "bolt × 2" in tile.inner_text().replace("\n", " ")
    loaded = "image => image.complete && image.naturalWidth"
    image = tile.locator("img")
    page.wait_for_function("image => image.complete", arg=image.element_handle())
    assert image.evaluate(loaded) == 320


def test_a_box_lies_where_the_model_saw_it(page: Page, site: Site) -> None:
    keep(site, [PREDICTION])
    page.goto(f"{site.url}/projects/parts/images")
    image, box = (
        page.locator(".tile img").bounding_box(),
        page.locator(".tile rect").first.bounding_box(),
    )
    assert image is not None
    assert box is not None
    scale = image["width"] / 320
    assert box["x"] - image["x"] == pytest.approx(20 * scale, abs=2)
    assert box["y"] - image["y"] == pytest.approx(30 * scale, abs=2)
    assert box["height"] == pytest.approx(110 * scale, abs=3)


def test_images_are_shown_by_how_far_they_are(page: Page, site: Site) -> None:
    batch = keep(site, [PREDICTION] * 3)
    review(site.application, batch)
    page.goto(f"{site.url}/projects/parts/images")
    tabs = page.get_by_role("navigation", name="How far they are")
    said = " ".join(tabs.inner_text().split())
    assert said == "All 3 Ready for review 1 In review 1 Done 1"
    tabs.get_by_role("link", name="In review").click()
    assert page.locator(".tile").count() == 1
    assert "ann@example.com" in page.locator(".tile").inner_text()


def test_many_images_are_paged(page: Page, site: Site) -> None:
    keep(site, [PREDICTION] * 30)
    page.goto(f"{site.url}/projects/parts/images")
    assert page.locator(".tile").count() == 24
    page.get_by_role("link", name="Next").click()
    assert page.locator(".tile").count() == 6
    page.goto(f"{site.url}/projects/parts/images?page=99&show=none&batch=2020-01-01")
    assert page.locator(".notes").count() == 2
    assert page.locator(".tile").count() == 6


def test_the_page_of_a_frame_says_everything_about_it(page: Page, site: Site) -> None:
    boxes = (*PREDICTION.boxes, Box("dent", 0.2, (30, 30, 110, 90), mask=MASK))
    batch = keep(
        site, [replace(PREDICTION, boxes=boxes)], metadata={"shift": "night"}, tags=("unsure",)
    )
    review(site.application, batch)
    page.goto(f"{site.url}/projects/parts/images")
    page.locator(".tile a").click()
    text = page.locator("main").inner_text()
    for said in ("night", "unsure", "weld-7", "event-0", "41.0%", "finished it", "in 12 s"):
        assert said in text
    assert page.locator(".picture image").count() == 1
    link = page.get_by_role("link", name="Open in Label Studio").get_attribute("href")
    assert link == "http://studio.example/projects/7/data?task=1"


def test_a_classification_names_its_classes(page: Page, site: Site) -> None:
    keep(site, [Prediction(320, 240, labels=(Label("dent", 0.52),), scores={"dent": 0.52})])
    page.goto(f"{site.url}/projects/parts/images")
    assert "dent 52%" in page.locator(".tile").inner_text().replace("\n", " ")


def test_names_from_outside_are_text(page: Page, site: Site) -> None:
    box = Box(MARKUP, 0.5, (0, 0, 50, 50))
    keep(
        site, [Prediction(320, 240, (box, replace(box, class_name=RIGHT_TO_LEFT)))],
        rule=MARKUP, reason=MARKUP, deployment=MARKUP, metadata={MARKUP: MARKUP},
    )  # fmt: skip
    page.goto(f"{site.url}/projects/parts/images")
    assert MARKUP in page.locator(".tile").inner_text()
    page.locator(".tile a").click()
    assert page.locator("main b").count() == 0


def test_a_project_without_images_says_what_comes(page: Page, site: Site) -> None:
    add_project(site.application, "parts")
    page.goto(f"{site.url}/projects/parts/images")
    assert "No image yet" in page.locator("main").inner_text()


@pytest.mark.parametrize(
    "path",
    ["none/images", "parts/images/zzz", f"parts/images/{'0' * 32}",
     f"parts/images/{'0' * 32}/thumbnail.jpg"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(context: BrowserContext, site: Site, path: str) -> None:
    add_project(site.application, "parts")
    sign_in(context, site)
    page = context.new_page()
    answer = page.goto(f"{site.url}/projects/{path}")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("one", [False, True], ids=["gallery", "frame"])
def test_axe_finds_nothing(
    page: Page, site: Site, theme: Literal["light", "dark"], width: int, one: bool
) -> None:
    batch = keep(site, [PREDICTION, Prediction(320, 240)])
    review(site.application, batch)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/projects/parts/images")
    if one:
        page.locator(".tile a").first.click()
        page.wait_for_load_state("networkidle")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
