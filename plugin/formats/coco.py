"""COCO's results, those of one image: https://cocodataset.org/#format-results.

A list of objects, `bbox` as left, top, width and height in pixels, `segmentation` as one polygon
(`[[x, y, x, y, …]]`) or run lengths, `keypoints` as x, y, v for each. Results name a class by its
id alone, which says nothing here: so each has a `category_name`, or the list stands in a data
set, `{"images": […], "categories": [{"id": 1, "name": "dent"}], "annotations": […]}`.
"""

from functools import partial

import msgspec

from plugin.domain import rle
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import XYXY, Box, Keypoint, Point, Prediction, Rle, TaskType
from plugin.formats import reading
from plugin.formats.coco_encoding import encode
from plugin.formats.reading import ROOT, Side, refuse

__all__ = ["decode", "encode", "recognises"]

_Id = int | str


class _Runs(msgspec.Struct):
    size: tuple[int, int]
    counts: str | list[int]


class _Result(msgspec.Struct):
    score: float
    image_id: _Id | None = None
    category_id: _Id | None = None
    category_name: str | None = None
    bbox: XYXY | None = None
    segmentation: list[list[float]] | _Runs | None = None
    keypoints: list[float] | None = None


class _Image(msgspec.Struct):
    width: Side = None
    height: Side = None


class _Category(msgspec.Struct):
    id: _Id
    name: str
    keypoints: list[str] | None = None


class _DataSet(msgspec.Struct):
    images: list[_Image] = []
    categories: list[_Category] = []


_Categories = dict[_Id, _Category]


def recognises(data: object) -> bool:
    """Whether this looks like results, or a data set; an empty list does not."""
    if isinstance(data, dict):
        return isinstance(data.get("annotations"), list)
    first = data[0] if isinstance(data, list) and data else None
    return isinstance(first, dict) and ("category_id" in first or "bbox" in first)


def decode(data: object, task_type: TaskType) -> Prediction:
    """The results of one image; values are not checked here.

    Keypoints are named by their category, or "0", "1", …; those with v = 0 are not there.

    Raises:
        InvalidInputError: with the faults of every object (`prediction[3].bbox`).
    """
    reading.refuse_labels(task_type, "COCO")
    size, path = (0, 0), ROOT
    categories: _Categories = {}
    if isinstance(data, dict):
        around = reading.read(data, _DataSet)
        if len(around.images) > 1:
            refuse(f"{ROOT}.images", around.images, "one image: post one event for each")
        size = _size(around.images)
        categories = {category.id: category for category in around.categories}
        data, path = data.get("annotations"), f"{ROOT}.annotations"
    rows = reading.read_rows(data, path, lambda row: reading.read(row, _Result, ""))
    _refuse_other_images(rows, path)
    build = partial(_box, task_type=task_type, categories=categories)
    return Prediction(*size, reading.build_rows(rows, path, build))


def _size(images: list[_Image]) -> tuple[int, int]:
    image = images[0] if images else _Image()
    return reading.side(image.width), reading.side(image.height)


def _refuse_other_images(rows: tuple[_Result, ...], path: str) -> None:
    for index, row in enumerate(rows):
        if row.image_id != rows[0].image_id:
            expected = f"{rows[0].image_id!r} as before: post one event for each image"
            refuse(f"{path}[{index}].image_id", row.image_id, expected)


def _box(found: _Result, task_type: TaskType, categories: _Categories) -> Box:
    reading.refuse_extras(task_type, {"segmentation": found.segmentation}, found.keypoints)
    category = categories.get(found.category_id) if found.category_id is not None else None
    polygon, mask = _outline(found)
    names = (category.keypoints if category else None) or ()
    keypoints = _keypoints(found.keypoints or [], tuple(names))
    corners = _corners(found, polygon, keypoints)
    return Box(_name(found, category), found.score, corners, polygon, mask, keypoints)


def _name(found: _Result, category: _Category | None) -> str:
    if found.category_name is not None:
        return found.category_name
    if category is None:
        expected = "a category_name beside it, or categories with its name around the list"
        refuse("category_id", found.category_id, expected)
    return category.name


def _outline(found: _Result) -> tuple[tuple[Point, ...], Rle | None]:
    given = found.segmentation
    if isinstance(given, _Runs):
        return (), _mask(given)
    if not given:
        return (), None
    if len(given) > 1:
        refuse("segmentation", given, "one polygon; run lengths where an object has several parts")
    numbers = given[0]
    if len(numbers) % 2:
        refuse("segmentation[0]", numbers, "x and y in turn")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True)), None


def _mask(given: _Runs) -> Rle:
    if isinstance(given.counts, str):
        return Rle(given.size, given.counts)
    try:
        return rle.from_runs(given.counts, given.size)
    except InvalidInputError as error:
        raise InvalidInputError(*reading.at("segmentation", error.errors)) from None


def _keypoints(numbers: list[float], names: tuple[str, ...]) -> tuple[Keypoint, ...]:
    if len(numbers) % 3:
        refuse("keypoints", numbers, "x, y and v in turn")
    if names and len(numbers) > 3 * len(names):
        refuse("keypoints", numbers, f"at most the {len(names)} points of its category")
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    # v is 0, 1 (hidden) or 2 (visible) in data sets; models write a confidence there.
    return tuple(
        Keypoint(names[index] if names else str(index), x, y, min(v, 1.0))
        for index, (x, y, v) in enumerate(triples)
        if v != 0
    )


def _corners(found: _Result, polygon: tuple[Point, ...], keypoints: tuple[Keypoint, ...]) -> XYXY:
    if found.bbox is not None:
        left, top, width, height = found.bbox
        return left, top, left + width, top + height
    points = polygon or tuple((point.x, point.y) for point in keypoints)
    if not points:
        refuse("bbox", None, "this field")
    return reading.around(points)
