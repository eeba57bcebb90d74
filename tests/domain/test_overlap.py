"""IoU of boxes, masks and polygons, against COCO's own library."""

import cv2
import numpy as np
import pytest
from pycocotools import mask as reference

from plugin.domain import rle
from plugin.domain.overlap import box_overlaps, mask_overlap, overlaps, polygon_overlap
from plugin.domain.prediction import XYXY, Box, Point

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
TRIANGLE = ((0.0, 0.0), (10.0, 0.0), (0.0, 10.0))


def boxes(number: int, seed: int) -> list[XYXY]:
    chance = np.random.default_rng(seed)
    corners = chance.uniform(0, 80, (number, 2))
    sides = chance.uniform(1, 40, (number, 2))
    return [tuple(each) for each in np.hstack([corners, corners + sides]).tolist()]


def test_boxes_overlap_as_in_coco() -> None:
    first, second = boxes(20, 1), boxes(30, 2)
    as_coco = [
        np.array([(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in each])
        for each in (first, second)
    ]
    theirs = reference.iou(*as_coco, [0] * len(second))
    assert theirs.max() > 0.3
    np.testing.assert_allclose(box_overlaps(first, second), theirs, atol=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "iou"),
    [
        pytest.param((0, 0, 10, 10), (0, 0, 10, 10), 1, id="the same"),
        pytest.param((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3, id="half"),
        pytest.param((0, 0, 10, 10), (1, 0, 11, 10), 90 / 110, id="nearly the same"),
        pytest.param((0, 0, 10, 10), (50, 50, 60, 60), 0, id="far away"),
        pytest.param((0, 0, 10, 10), (10, 0, 20, 10), 0, id="side by side"),
        pytest.param((5, 5, 5, 5), (5, 5, 5, 5), 0, id="without an area"),
        pytest.param((10, 10, 0, 0), (0, 0, 10, 10), 0, id="turned inside out"),
    ],
)
def test_boxes(first: XYXY, second: XYXY, iou: float) -> None:
    assert box_overlaps([first], [second])[0, 0] == pytest.approx(iou)


def test_no_boxes_have_no_overlaps() -> None:
    assert box_overlaps([], [(0, 0, 1, 1)]).shape == (0, 1)


@pytest.mark.parametrize("seed", range(8))
def test_masks_overlap_as_in_coco(seed: int) -> None:
    chance = np.random.default_rng(seed)
    bitmaps = [chance.random((37, 53)) < share for share in chance.random(2)]
    if seed % 2:
        bitmaps[0][:, 0] = True  # its first run is empty
    encoded = [reference.encode(np.asfortranarray(each.astype(np.uint8))) for each in bitmaps]
    theirs = reference.iou(encoded[:1], encoded[1:], [0])[0, 0]
    assert mask_overlap(*map(rle.encode, bitmaps)) == pytest.approx(theirs)


def test_empty_masks_do_not_overlap() -> None:
    empty = rle.encode(np.zeros((4, 4), dtype=np.bool_))
    assert mask_overlap(empty, empty) == 0


@pytest.mark.parametrize(
    ("first", "second", "iou"),
    [
        pytest.param(SQUARE, SQUARE[::-1], 1, id="the same the other way round"),
        pytest.param(SQUARE, TRIANGLE, 0.5, id="half"),
        pytest.param(SQUARE, tuple((x + 20, y) for x, y in SQUARE), 0, id="apart"),
        pytest.param(SQUARE, tuple((x + 5, y) for x, y in SQUARE), 1 / 3, id="moved"),
    ],
)
def test_polygons(first: tuple[Point, ...], second: tuple[Point, ...], iou: float) -> None:
    assert polygon_overlap(first, second) == pytest.approx(iou, abs=0.01)


def test_outlines_count_where_both_have_one_of_a_kind() -> None:
    outlined = Box("dent", 1, (0, 0, 10, 10), polygon=TRIANGLE)
    square = Box("dent", 1, (0, 0, 10, 10), polygon=SQUARE)
    plain = Box("dent", 1, (0, 0, 10, 10))
    painted = Box("dent", 1, (0, 0, 10, 10), mask=rle.encode(np.ones((10, 10), dtype=np.bool_)))
    found = overlaps([outlined], [square, plain, painted, outlined])
    assert found[0].tolist() == pytest.approx([0.5, 1, 1, 1], abs=0.01)
    assert overlaps([plain], [outlined])[0, 0] == 1


@pytest.mark.parametrize("angle", [20.0, 45.0, 110.0, 300.0])
@pytest.mark.parametrize("other_angle", [0.0, 35.0, 200.0])
def test_turned_rectangles_overlap_as_in_opencv(angle: float, other_angle: float) -> None:
    sides = (80.0, 30.0)
    here, there = ((100.0, 100.0), sides, angle), ((110.0, 95.0), sides, other_angle)
    shared = np.asarray(cv2.rotatedRectangleIntersection(here, there)[1])
    area = float(cv2.contourArea(cv2.convexHull(shared)))
    first, second = turned_box(*here), turned_box(*there)
    assert bool(second.polygon) == bool(other_angle)
    iou = area / (2 * 80 * 30 - area)
    assert overlaps([first], [second])[0, 0] == pytest.approx(iou, abs=0.01)
    assert overlaps([second], [first])[0, 0] == pytest.approx(iou, abs=0.01)


def turned_box(centre: Point, sides: Point, angle: float) -> Box:
    corners = np.asarray(cv2.boxPoints((centre, sides, angle)), np.float64)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    xyxy = (float(left), float(top), float(right), float(bottom))
    polygon = tuple((float(x), float(y)) for x, y in corners)
    return Box("dent", 1, xyxy, polygon if angle else ())


def test_masks_of_other_sizes_are_compared_by_their_boxes() -> None:
    half = np.zeros((10, 10), dtype=np.bool_)
    half[:5] = True
    small, large = rle.encode(half), rle.encode(np.ones((20, 20), dtype=np.bool_))
    whole = rle.encode(np.ones((10, 10), dtype=np.bool_))
    first = Box("dent", 1, (0, 0, 10, 10), mask=small)
    others = [Box("dent", 1, (0, 0, 10, 10), mask=each) for each in (large, whole)]
    assert overlaps([first], others)[0].tolist() == [1, 0.5]
