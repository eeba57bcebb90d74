"""Scaled images: the fast way draws what the slow way draws, and every mark stays in its place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from plugin.domain import rle
from plugin.domain.prediction import Box, Keypoint, Prediction, TaskType
from plugin.domain.settings import ImageSettings
from plugin.formats.label_studio import decode_annotation, encode_prediction
from plugin.images import fit, inspect
from plugin.imaging.scaling import scale_jpeg
from tests.image_samples import PROFILE, exif, opened, picture, save, segment

SIZE = (640, 480)
SHAPES = [TaskType.OBJECT_DETECTION, TaskType.INSTANCE_SEGMENTATION, TaskType.KEYPOINT_DETECTION]


def greys(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(image.convert("L"), np.float32)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [SIZE, (400, 300), (161, 121), (40, 30), (1, 1)])
def test_the_fast_way_draws_what_the_slow_way_draws(mode: str, size: tuple[int, int]) -> None:
    image = picture(*SIZE).convert(mode)
    for orientation in range(1, 9):
        made = scale_jpeg(save(image, "JPEG", quality=95), size, orientation, 95)
        assert made
        shown = opened(made)
        tags = exif(orientation)
        turned = opened(save(image.resize(size, Image.Resampling.BOX), "PNG", exif=tags))
        expected = ImageOps.exif_transpose(turned)
        assert shown.mode == mode
        assert shown.size == expected.size
        assert np.abs(greys(shown) - greys(expected)).mean() < 4


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"keep_rgb": True}])
def test_jpegs_of_other_kinds_are_drawn_the_fast_way_too(options: dict[str, int]) -> None:
    made = scale_jpeg(save(picture(*SIZE), "JPEG", quality=95, **options), (320, 240), 1, 90)
    assert made
    expected = picture(*SIZE).resize((320, 240))
    assert np.abs(greys(opened(made)) - greys(expected)).mean() < 4


def test_a_profile_of_many_segments_stays_whole() -> None:
    profile = PROFILE + bytes(200_000)
    made = scale_jpeg(save(picture(), "JPEG", icc_profile=profile), (32, 24), 6, 80)
    assert made
    assert opened(made).info["icc_profile"] == profile
    assert inspect(made).width == 24


def test_a_profile_that_is_too_large_is_left_off() -> None:
    usual = save(picture(), "JPEG")
    parts = (b"ICC_PROFILE\0" + bytes([n, 100]) + bytes(60_000) for n in range(1, 101))
    made = scale_jpeg(usual[:20] + b"".join(segment(0xE2, p) for p in parts) + usual[20:],
                      (32, 24), 1, 80)  # fmt: skip
    assert made
    assert len(made) < 10_000


@settings(max_examples=60, deadline=None)
@given(
    corner=st.tuples(st.integers(0, 560), st.integers(0, 400)),
    extent=st.tuples(st.integers(40, 80), st.integers(40, 80)),
    longest=st.integers(200, 640),
    orientation=st.integers(1, 8),
)
def test_what_is_marked_lies_where_it_is_shown(
    corner: tuple[int, int], extent: tuple[int, int], longest: int, orientation: int
) -> None:
    """A white patch on black, however the camera was held, is found where its box is drawn."""
    x1, y1 = corner
    x2, y2 = x1 + extent[0], y1 + extent[1]
    image = Image.new("L", SIZE)
    ImageDraw.Draw(image).rectangle((x1, y1, x2 - 1, y2 - 1), fill=255)
    upright = Prediction(*SIZE, boxes=(Box("dent", 0.4, (x1, y1, x2, y2)),))
    stored = held(image, orientation)
    data = save(stored, "JPEG", quality=95, exif=exif(orientation))
    limits = ImageSettings(max_width=longest, max_height=longest, jpeg_quality=95)
    shown = fit(data, inspect(data), limits)
    (region,) = encode_prediction(upright, "label", "image")["result"]
    left, top = region["value"]["x"] / 100 * shown.width, region["value"]["y"] / 100 * shown.height
    wide = region["value"]["width"] / 100 * shown.width
    high = region["value"]["height"] / 100 * shown.height
    rows, columns = np.nonzero(greys(opened(shown.data)) > 127)
    seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.subtract(seen, (left, top, left + wide, top + high))).max() <= 1


def held(image: Image.Image, orientation: int) -> Image.Image:
    """The image as a camera held that way stores it: what makes it upright, undone."""
    undoing = {6: 8, 8: 6}.get(orientation, orientation)
    return ImageOps.exif_transpose(opened(save(image, "PNG", exif=exif(undoing))))


@settings(max_examples=40, deadline=None)
@given(
    corner=st.tuples(st.floats(0, 300), st.floats(0, 300)),
    extent=st.tuples(st.floats(5, 300), st.floats(5, 150)),
    scale=st.floats(0.1, 1),
    kind=st.sampled_from(SHAPES),
)
def test_marks_come_back_within_a_pixel_of_what_was_posted(
    corner: tuple[float, float], extent: tuple[float, float], scale: float, kind: TaskType
) -> None:
    (x1, y1), (x2, y2) = corner, (corner[0] + extent[0], corner[1] + extent[1])
    polygon = ((x1, y1), (x2, y1), (x2, y2)) if kind is TaskType.INSTANCE_SEGMENTATION else ()
    points = (Keypoint("tip", x2, y1, 0.5),) if kind is TaskType.KEYPOINT_DETECTION else ()
    box = Box("dent", 0.4, (x1, y1, x2, y2), polygon=polygon, keypoints=points)
    shown = round(SIZE[0] * scale), round(SIZE[1] * scale)
    drawn = encode_prediction(Prediction(*SIZE, boxes=(box,)), "label", "image", kind, shown)
    # Reviewers see the smaller image; a training set has the original.
    (back,) = decode_annotation(drawn["result"], *SIZE).boxes
    assert np.abs(np.subtract(back.xyxy, box.xyxy)).max() < 0.01
    assert np.allclose(back.polygon, box.polygon, atol=0.01)
    found = [(point.x, point.y) for point in back.keypoints]
    assert np.allclose(found, [(point.x, point.y) for point in points], atol=0.01)


@settings(max_examples=25, deadline=None)
@given(
    corner=st.tuples(st.integers(0, 300), st.integers(0, 200)),
    extent=st.tuples(st.integers(60, 200), st.integers(60, 200)),
    shown=st.sampled_from([SIZE, (320, 240), (213, 160), (333, 250)]),
)
def test_a_mask_has_the_size_of_the_image_that_is_shown(
    corner: tuple[int, int], extent: tuple[int, int], shown: tuple[int, int]
) -> None:
    (x1, y1), (x2, y2) = corner, (corner[0] + extent[0], corner[1] + extent[1])
    bitmap = np.zeros(SIZE[::-1], np.bool_)
    bitmap[y1:y2, x1:x2] = True
    mask = Box("dent", 0.4, (x1, y1, x2, y2), mask=rle.encode(bitmap))
    prediction = Prediction(*SIZE, boxes=(mask,))
    kind = TaskType.INSTANCE_SEGMENTATION
    (region,) = encode_prediction(prediction, "label", "image", kind, shown)["result"]
    assert (region["original_width"], region["original_height"]) == shown
    (box,) = decode_annotation([region], *shown).boxes
    scale = np.array([shown[0] / SIZE[0], shown[1] / SIZE[1]] * 2)
    assert np.abs(np.subtract(box.xyxy, np.array((x1, y1, x2, y2)) * scale)).max() <= 0.5
    # Half a pixel of the shown image is as coarse as it gets, and half a pixel of the original.
    (original,) = decode_annotation([region], *SIZE).boxes
    coarse = 0.5 / scale.min() + 0.5
    assert np.abs(np.subtract(original.xyxy, (x1, y1, x2, y2))).max() <= coarse
