"""Label Studio's regions as our boxes and labels; see `label_studio` for the format."""

from collections.abc import Callable, Sequence
from math import isfinite

import msgspec
import numpy as np

from plugin.domain import rle
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Label, Point, Prediction
from plugin.domain.turned import Turned, turned
from plugin.formats import brush_rle, reading
from plugin.formats.reading import Side, refuse

CHOICES = "choices"
_KINDS = {"rectanglelabels", "polygonlabels", "brushlabels", "keypointlabels", CHOICES}

# 3 decimals: a thousandth of a pixel is below what percent coordinates can tell.
_DECIMALS = 3


class _Value(msgspec.Struct):
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    rotation: float | None = None
    points: list[tuple[float, float]] | None = None
    rle: list[int] | None = None
    rectanglelabels: list[str] | None = None
    polygonlabels: list[str] | None = None
    brushlabels: list[str] | None = None
    keypointlabels: list[str] | None = None
    choices: list[str] | None = None


class Region(msgspec.Struct):
    """What was drawn or chosen; `value` in percent of the image."""

    type: str
    value: _Value
    id: str | None = None
    parent: str | None = msgspec.field(name="parentID", default=None)
    score: float | None = None
    original_width: Side = None
    original_height: Side = None

    @property
    def labels(self) -> list[str]:
        """The classes given to it."""
        found: list[str] | None = getattr(self.value, self.type)
        return found or []

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image it was drawn on (pixels), 0 where it does not say."""
        return reading.side(self.original_width), reading.side(self.original_height)


def read_region(row: object) -> Region | None:
    """A region; None where it is of another kind, or has no label.

    Raises:
        InvalidInputError: a field is of a wrong type.
    """
    if not isinstance(row, dict):
        refuse("", row, "an object")
    if not isinstance(row.get("type"), str) or row["type"] not in _KINDS:
        return None
    region = reading.read(row, Region, "")
    return region if region.labels else None


def gathered(
    regions: Sequence[tuple[int, Region]], size: tuple[int, int], score: float, path: str
) -> Prediction:
    """All regions of an image as one prediction.

    Args:
        regions: each with its place in the list that was posted.
        size: width and height of the image (pixels).
        score: confidence of regions without one.
        path: of that list.

    Raises:
        InvalidInputError: with the faults of every region.
    """
    boxes: dict[str, Box] = {}
    points: list[tuple[str | None, Keypoint]] = []
    labels: list[Label] = []

    def add(row: tuple[int, Region]) -> None:
        index, region = row
        confidence = score if region.score is None else region.score
        if region.type == CHOICES:
            labels.extend(Label(name, confidence) for name in region.labels)
        elif region.type == "keypointlabels":
            points.append((region.parent, _keypoint(region, size, confidence)))
        elif (box := _box(region, size, confidence)) is not None:
            # Ids are the poster's; two of one id are two boxes all the same.
            key = region.id if region.id and region.id not in boxes else f"\0{index}"
            boxes[key] = box

    _each(regions, add, path)
    return Prediction(*size, _with_points(boxes, points), tuple(labels))


def _each(
    regions: Sequence[tuple[int, Region]], add: Callable[[tuple[int, Region]], None], path: str
) -> None:
    errors: list[FieldError] = []
    for row in regions:
        try:
            add(row)
        except InvalidInputError as error:
            errors += reading.at(f"{path}[{row[0]}]", error.errors)
    if errors:
        raise InvalidInputError(*errors[: reading.MAX_FAULTS])


def _with_points(
    boxes: dict[str, Box], points: list[tuple[str | None, Keypoint]]
) -> tuple[Box, ...]:
    """Every point on its box: the one it names, else the smallest around it; else it is lost."""
    own: dict[str, list[Keypoint]] = {}
    for parent, point in points:
        key = parent if parent in boxes else _smallest_around(point, boxes)
        if key is not None:
            own.setdefault(key, []).append(point)
    return tuple(
        msgspec.structs.replace(box, keypoints=tuple(own[key])) if key in own else box
        for key, box in boxes.items()
    )


def _smallest_around(point: Keypoint, boxes: dict[str, Box]) -> str | None:
    areas = {
        key: (x2 - x1) * (y2 - y1)
        for key, (x1, y1, x2, y2) in ((key, box.xyxy) for key, box in boxes.items())
        if x1 <= point.x <= x2 and y1 <= point.y <= y2
    }
    return min(areas, key=lambda key: areas[key], default=None)


def _given(value: float | None, name: str) -> float:
    return refuse(f"value.{name}", None, "a number") if value is None else value


def _pixels(x: float, y: float, size: tuple[int, int]) -> Point:
    return round(x * size[0] / 100, _DECIMALS), round(y * size[1] / 100, _DECIMALS)


def _keypoint(region: Region, size: tuple[int, int], confidence: float) -> Keypoint:
    value = region.value
    x, y = _pixels(_given(value.x, "x"), _given(value.y, "y"), size)
    return Keypoint(region.labels[0], x, y, confidence)


def _box(region: Region, size: tuple[int, int], confidence: float) -> Box | None:
    name = region.labels[0]
    if region.type == "rectanglelabels":
        return _rectangle(region, size, confidence)
    if region.type == "brushlabels":
        return _painted(region, size, confidence)
    points = tuple(_pixels(x, y, size) for x, y in region.value.points or ())
    if not points:
        refuse("value.points", region.value.points, "the points of a polygon")
    return Box(name, confidence, reading.around(points), points)


def _painted(region: Region, size: tuple[int, int], confidence: float) -> Box | None:
    """A mask, at the size of the image; None where nothing is painted."""
    width, height = region.size if all(region.size) else size
    try:
        bitmap = brush_rle.decode(region.value.rle or [], height, width)
    except InvalidInputError as error:
        raise InvalidInputError(*reading.at("value", error.errors)) from None
    if (width, height) != size:
        bitmap = rle.resized(bitmap, size[1], size[0])
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    if not len(rows):
        return None
    corners = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    left, top, right, bottom = (float(each) for each in corners)
    return Box(region.labels[0], confidence, (left, top, right, bottom), mask=rle.encode(bitmap))


def _rectangle(region: Region, size: tuple[int, int], confidence: float) -> Box:
    """A rectangle, with its corners where it is turned: clockwise about the top left one.

    As `convert_annotation_to_yolo_obb` in label_studio_sdk/converter/utils.py has it.
    """
    value, (width, height) = region.value, size
    rotation = value.rotation or 0.0
    rectangle = Turned(
        _given(value.x, "x") * width / 100,
        _given(value.y, "y") * height / 100,
        _given(value.width, "width") * width / 100,
        _given(value.height, "height") * height / 100,
        rotation if isfinite(rotation) else 0.0,
    )
    corners = tuple((round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in rectangle.corners)
    x1, y1, x2, y2 = reading.around(corners)
    inside = max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2)
    return Box(region.labels[0], confidence, inside, corners if turned(corners) else ())
