"""Every kind of task in Label Studio's editor, in a real browser: drawn where it was posted."""

import secrets
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageFilter
from playwright.sync_api import Browser, Page, expect

from plugin.demo.installation import Installation
from plugin.demo.reviewers import sign_up
from plugin.domain.batching import Batch
from plugin.domain.colours import colours
from plugin.domain.rle import Bitmap
from tests.integration.kinds import CUP, KINDS, MANY, SPOON, Kind, post
from tests.integration.pages import drawn, mask, open_stream, signed_in
from tests.waiting import wait_for

EMAIL, PASSWORD = "rita@example.com", secrets.token_urlsafe(12)
WITH_SHAPES = ("boxes", "polygons", "keypoints", "many-classes")

Streams = dict[str, str]


@pytest.fixture(scope="module")
def streams(installation: Installation) -> Streams:
    """A frame of every kind is a task; the addresses where its reviewers begin, by kind."""
    projects = {name: post(installation, kind)[0] for name, kind in KINDS.items()}
    spool, batches = installation.application.spool, installation.application.batches
    for project in projects.values():
        wait_for(lambda project=project: not spool.pending(project), "the import")  # type: ignore[misc]
    found = {name: next(iter(batches.of_project(each))) for name, each in projects.items()}
    return {name: address(installation, batch) for name, batch in found.items()}


def address(installation: Installation, batch: Batch) -> str:
    studio = installation.application.label_studio
    tab = studio.create_tab(batch.label_studio_id, "Looks", "", "tasks:id")
    return f"{studio.base_url}/projects/{batch.label_studio_id}/data?tab={tab}&labeling=1"


@pytest.fixture(scope="module")
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    """A reviewer's browser."""
    studio = installation.application.label_studio
    sign_up(studio, EMAIL, PASSWORD)
    with signed_in(browser, studio.base_url, EMAIL, PASSWORD) as page:
        yield page


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest, page: Page, streams: Streams) -> Kind:
    """A kind whose task is open; all tests of one come together, so that it opens once."""
    open_stream(page, streams[request.param])
    return KINDS[request.param]


def of_kinds(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", names, indirect=True)


def expected_shapes(kind: Kind) -> list[tuple[str, list[tuple[float, float]]]]:
    """Label and points of everything posted, in pixels of the posted image."""
    found: list[tuple[str, list[tuple[float, float]]]] = []
    for box in kind.prediction()["boxes"]:
        left, top, right, bottom = box["xyxy"]
        found.append((box["class"], box.get("polygon", [(left, top), (right, bottom)])))
        found += [(each["name"], [(each["x"], each["y"])]) for each in box.get("keypoints", ())]
    return found


@of_kinds(*WITH_SHAPES)
def test_shapes_lie_where_they_were_posted(kind: Kind, page: Page) -> None:
    seen = drawn(page)
    expected = expected_shapes(kind)
    assert [region["labels"] for region in seen.regions] == [[label] for label, _ in expected]
    for index, (label, points) in enumerate(expected):
        found = seen.points(index, kind.size)
        assert np.allclose(found, points, atol=1.0), label


@of_kinds(*WITH_SHAPES)
def test_shapes_have_the_colours_of_their_labels(kind: Kind, page: Page) -> None:
    settings = kind.settings
    shades = colours((*settings["classes"], *settings.get("keypoints", ())))
    for region in drawn(page).regions:
        label = region["labels"][0]
        assert ImageColor.getrgb(region["colour"]) == ImageColor.getrgb(shades[label])


@of_kinds(*KINDS)
def test_the_prediction_can_be_submitted_at_once(kind: Kind, page: Page) -> None:
    assert drawn(page).editable
    expect(page.get_by_role("button", name="Submit current annotation")).to_be_enabled()


@of_kinds("masks")
def test_masks_cover_the_pixels_that_were_posted(kind: Kind, page: Page) -> None:
    shades = colours(kind.settings["classes"])
    for index, (label, outline) in enumerate((("cup", CUP), ("spoon", SPOON))):
        assert drawn(page).regions[index]["labels"] == [label]
        painted, colour = mask(page, index)
        least, most = surrounding(kind.mask(outline), painted.shape)
        assert not (least & ~painted).any()
        assert not (painted & ~most).any()
        # A canvas rounds what it blends.
        assert np.allclose(colour, ImageColor.getrgb(shades[label]), atol=3)


def surrounding(posted: Bitmap, shape: tuple[int, ...]) -> tuple[Bitmap, Bitmap]:
    """What must be painted on a screen, and what may be: a pixel less, and one more."""
    image = Image.fromarray(posted).convert("L")
    shown = image.resize((shape[1], shape[0]), Image.Resampling.NEAREST)
    least, most = ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)
    return np.asarray(shown.filter(least)) > 0, np.asarray(shown.filter(most)) > 0


@of_kinds("keypoints")
def test_keypoints_hang_on_their_box(kind: Kind, page: Page) -> None:
    box, *points = drawn(page).regions
    assert box["kind"] == "rectangleregion"
    assert {point["kind"] for point in points} == {"keypointregion"}
    assert {point["parent"] for point in points} == {box["id"]}


@pytest.mark.parametrize(
    ("kind", "role", "chosen"),
    [("classification", "radio", ["table"]),
     ("multi-label", "checkbox", ["cup", "spoon", "coffee"])],
    indirect=["kind"],
)  # fmt: skip
def test_choices_are_chosen(kind: Kind, role: str, chosen: list[str], page: Page) -> None:
    assert drawn(page).choices == chosen
    inputs = page.locator(f".lsal-strip input[type={role}]")
    expect(inputs).to_have_count(len(kind.settings["classes"]))
    assert inputs.evaluate_all("all => all.filter(each => each.checked).length") == len(chosen)


@of_kinds(*KINDS)
def test_image_and_controls_fit_the_window(kind: Kind, page: Page) -> None:
    strip, canvas = page.locator(".lsal-strip"), page.locator(".konvajs-content").first
    expect(strip).to_be_in_viewport(ratio=1)
    expect(canvas).to_be_in_viewport(ratio=1)
    _, height = drawn(page).image
    assert height > page.evaluate("innerHeight") / 2


@of_kinds("many-classes")
def test_one_of_many_classes_is_found_by_typing(kind: Kind, page: Page) -> None:
    page.keyboard.press("Shift+F")
    page.keyboard.type("variant")
    labels = page.locator(".lsal-strip").get_by_text("part ")
    expect(labels.first).to_be_hidden()
    expect(page.locator(".lsal-strip").get_by_text(MANY[5])).to_be_in_viewport()
    page.get_by_placeholder("Find a class").fill("")
