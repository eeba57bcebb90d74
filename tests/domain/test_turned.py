"""Turned rectangles: their corners are those that OpenCV and Label Studio's own converter say."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_studio_sdk.converter.utils import (
    convert_annotation_to_yolo_obb as their_corners,
)

from plugin.domain.prediction import Box, Point, Prediction, TaskType
from plugin.domain.turned import Turned, is_turned, turned
from plugin.formats.label_studio import decode, decode_annotation, encode

DETECTION = TaskType.OBJECT_DETECTION
SIDES = st.floats(2, 500)
ANGLES = st.floats(0, 359.9).filter(lambda angle: abs((angle + 45) % 90 - 45) > 1)


def middle_of(points: tuple[Point, ...]) -> Point:
    xs, ys = zip(*points, strict=True)
    return sum(xs) / 4, sum(ys) / 4


@given(st.floats(-50, 500), st.floats(-50, 500), SIDES, SIDES, ANGLES)
def test_corners_are_those_of_opencv_and_tell_what_was_turned(
    left: float, top: float, width: float, height: float, angle: float
) -> None:
    before = Turned(left, top, width, height, angle)
    centre = middle_of(before.corners)
    theirs = cv2.boxPoints((centre, (width, height), angle))  # bottom left, then clockwise
    assert np.roll(theirs, -1, axis=0) == pytest.approx(np.array(before.corners), abs=0.01)
    found = turned(before.corners)
    assert found is not None
    assert found[:4] == pytest.approx(before[:4], abs=0.001)
    assert math.cos(math.radians(found.angle - angle)) == pytest.approx(1, abs=1e-6)


def test_the_order_of_the_corners_does_not_matter() -> None:
    corners = Turned(100, 50, 60, 20, 30).corners
    for start in range(4):
        for step in (1, -1):
            found = turned([corners[(start + step * at) % 4] for at in range(4)])
            assert found is not None
            assert np.array(sorted(found.corners)) == pytest.approx(np.array(sorted(corners)))


@pytest.mark.parametrize(
    "polygon",
    [
        pytest.param(((0, 0), (10, 0), (10, 5), (0, 5)), id="upright"),
        pytest.param(((0, 0), (10, 2), (12, 9), (2, 7)), id="a parallelogram"),
        pytest.param(((5, 0), (10, 10), (5, 20), (0, 10)), id="a rhombus"),
        pytest.param(((0, 0), (10, 0), (5, 9)), id="a triangle"),
        pytest.param(((0, 0), (float("nan"), 1), (5, 9), (1, 1)), id="no number"),
        pytest.param((), id="nothing"),
    ],
)
def test_what_is_no_turned_rectangle(polygon: tuple[Point, ...]) -> None:
    assert turned(polygon) is None


def region(value: dict[str, float]) -> dict[str, object]:
    return {
        "type": "rectanglelabels", "original_width": 1280, "original_height": 720,
        "value": value | {"rectanglelabels": ["dent"]},
    }  # fmt: skip


@pytest.mark.parametrize("rotation", [12.5, 45, 100, 200.25, 330, -30, 390])
def test_a_rotated_rectangle_has_the_corners_that_label_studios_converter_says(
    rotation: float,
) -> None:
    value = {"x": 40, "y": 45, "width": 12.5, "height": 5, "rotation": rotation}
    [box] = decode_annotation([region(value)], 1280, 720).boxes
    theirs = their_corners(  # type: ignore[no-untyped-call]
        value | {"original_width": 1280, "original_height": 720}, normalize=False
    )
    assert np.array(box.polygon) == pytest.approx(np.array(theirs), abs=0.001)
    xs, ys = zip(*theirs, strict=True)
    assert box.xyxy == pytest.approx((min(xs), min(ys), max(xs), max(ys)), abs=0.001)
    assert is_turned(box)


def test_what_is_turned_is_shown_turned_and_comes_back_as_it_was() -> None:
    corners = Turned(400, 300, 200, 50, 33).corners
    xs, ys = zip(*corners, strict=True)
    box = Box("dent", 0.5, (min(xs), min(ys), max(xs), max(ys)), corners)
    posted = encode(Prediction(1280, 720, (box,)), DETECTION)
    value = posted["result"][0]["value"]
    assert value["rotation"] == pytest.approx(33)
    assert (value["x"], value["width"]) == pytest.approx((400 / 12.8, 200 / 12.8))
    [again] = decode(posted, DETECTION).boxes
    assert np.array(again.polygon) == pytest.approx(np.array(corners), abs=0.001)
    assert again.xyxy == pytest.approx(box.xyxy, abs=0.001)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, 360])
def test_what_was_turned_by_quarters_lies_upright(rotation: float) -> None:
    value = {"x": 40, "y": 45, "width": 12.5, "height": 5, "rotation": rotation}
    [box] = decode_annotation([region(value)], 1280, 720).boxes
    assert box.polygon == ()
