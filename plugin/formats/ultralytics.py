"""Ultralytics' results, as `Results.summary()` and `Results.to_json()` give them.

A list of objects, `box` in pixels (two corners, or the four of an oriented box), outline and
keypoints in columns; or of the best classes. The list comes bare, or with the image's size:
`{"width": 640, "height": 480, "predictions": […]}`, or `orig_shape` ([height, width]) and
`results`. https://docs.ultralytics.com/reference/engine/results/

Normalised output (`normalize=True`) does not say that it is. A box within the first pixel and a
half is no object, so where all boxes of an image are, they are taken for normalised: scaled where
the size is known, refused where it is not.
"""

from typing import Any

import msgspec

from plugin.domain.prediction import XYXY, Box, Keypoint, Label, Point, Prediction, TaskType
from plugin.formats import reading
from plugin.formats.reading import ROOT, Side, refuse

NORMALISED = 1.5
"""No coordinate of a normalised box is above 1, but for a little overshoot."""

_ROWS = ("predictions", "results")
_SIZES = ("width", "height", "orig_shape")


class _Corners(msgspec.Struct):
    x1: float
    y1: float
    x2: float
    y2: float
    x3: float | None = None
    y3: float | None = None
    x4: float | None = None
    y4: float | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """Two corners, or the four of an oriented box."""
        two = ((self.x1, self.y1), (self.x2, self.y2))
        if self.x3 is None or self.y3 is None or self.x4 is None or self.y4 is None:
            return two
        return (*two, (self.x3, self.y3), (self.x4, self.y4))


class _Columns(msgspec.Struct):
    x: list[float]
    y: list[float]
    visible: list[float] | None = None


class _Row(msgspec.Struct):
    name: str
    confidence: float
    box: _Corners | None = None
    segments: _Columns | None = None
    keypoints: _Columns | None = None


class _Sized(msgspec.Struct):
    width: Side = None
    height: Side = None
    orig_shape: tuple[Side, Side] | None = None


def recognises(data: object) -> bool:
    """Whether this looks like a summary, bare or with a size; an empty bare list does not."""
    if isinstance(data, dict):
        rows = next((data[name] for name in _ROWS if name in data), None)
        if not isinstance(rows, list):
            return False
        return any(name in data for name in _SIZES) or _is_summary(rows)
    return isinstance(data, list) and _is_summary(data)


def _is_summary(rows: list[Any]) -> bool:
    first = rows[0] if rows else None
    return isinstance(first, dict) and {"name", "confidence"} <= first.keys()


def decode(data: object, task_type: TaskType) -> Prediction:
    """A summary; values are not checked here. Keypoints have no names there: "0", "1", ….

    Raises:
        InvalidInputError: with the faults of every object (`prediction[3].box.x1`).
    """
    name = ""
    size = (0, 0)
    if isinstance(data, dict):
        size = _size(reading.read(data, _Sized))
        name = next((name for name in _ROWS if name in data), _ROWS[0])
        data = data.get(name)
    path = reading.under(ROOT, name)
    rows = reading.read_rows(data, path, lambda row: reading.read(row, _Row, ""))
    if not task_type.has_boxes:
        return _with_labels(rows, size, path, task_type)
    scale = _scale(rows, size, path)
    boxes = reading.build_rows(rows, path, lambda row: _box(row, task_type, scale))
    return Prediction(*size, boxes)


def _size(sized: _Sized) -> tuple[int, int]:
    height, width = sized.orig_shape or (sized.height, sized.width)
    return reading.side(width), reading.side(height)


def _with_labels(
    rows: tuple[_Row, ...], size: tuple[int, int], path: str, task_type: TaskType
) -> Prediction:
    if task_type is TaskType.MULTI_LABEL_CLASSIFICATION:
        refuse(path, "Ultralytics", "a format that knows multi-label classification")
    for index, row in enumerate(rows):
        reading.refuse_unless_none(f"{path}[{index}].box", row.box, task_type)
    scores = {row.name: row.confidence for row in rows}
    return Prediction(*size, labels=reading.best_of(scores), scores=scores)


def _scale(rows: tuple[_Row, ...], size: tuple[int, int], path: str) -> Point:
    """What to multiply coordinates by."""
    numbers = [n for row in rows if row.box for point in row.box.points for n in point]
    if not numbers or max(numbers) > NORMALISED:
        return 1.0, 1.0
    if not all(size):
        refuse(
            f"{path}[0].box",
            max(numbers),
            "pixels: these are normalised, which needs width and height beside the list",
        )
    return float(size[0]), float(size[1])


def _box(row: _Row, task_type: TaskType, scale: Point) -> Box:
    if row.box is None:
        refuse("box", None, "this field")
    reading.refuse_extras(task_type, {"segments": row.segments}, row.keypoints)
    corners = _scaled(row.box.points, scale)
    outline = _points(row.segments, "segments", scale) if row.segments else ()
    polygon = corners if len(corners) == 4 else outline
    # A mask of a pixel or two is outlined by fewer points than make a polygon.
    polygon = polygon if len(polygon) >= 3 else ()
    return Box(row.name, row.confidence, _xyxy(corners), polygon, keypoints=_keypoints(row, scale))


def _xyxy(corners: tuple[Point, ...]) -> XYXY:
    if len(corners) == 4:
        return reading.around(corners)
    return *corners[0], *corners[1]


def _scaled(points: tuple[Point, ...], scale: Point) -> tuple[Point, ...]:
    return tuple((x * scale[0], y * scale[1]) for x, y in points)


def _points(columns: _Columns, name: str, scale: Point) -> tuple[Point, ...]:
    if len(columns.x) != len(columns.y):
        refuse(f"{name}.y", columns.y, f"{len(columns.x)} numbers, as many as in x")
    return _scaled(tuple(zip(columns.x, columns.y, strict=True)), scale)


def _keypoints(row: _Row, scale: Point) -> tuple[Keypoint, ...]:
    if row.keypoints is None:
        return ()
    points = _points(row.keypoints, "keypoints", scale)
    visible = row.keypoints.visible
    seen = [1.0] * len(points) if visible is None else visible
    if len(seen) != len(points):
        refuse("keypoints.visible", visible, f"{len(points)} numbers, as many as in x")
    return tuple(
        Keypoint(str(index), x, y, confidence)
        for index, ((x, y), confidence) in enumerate(zip(points, seen, strict=True))
    )


def encode(prediction: Prediction, task_type: TaskType) -> dict[str, Any] | list[dict[str, Any]]:
    """A prediction as a summary, with the image's size where it is known.

    What has no place there is left out: masks that are no polygon, names of keypoints, a box's
    scores; of a classification, everything but the scores.
    """
    if task_type.has_boxes:
        ids = reading.class_ids(box.class_name for box in prediction.boxes)
        rows = [_row(box, task_type) | {"class": ids[box.class_name]} for box in prediction.boxes]
    else:
        rows = _classes(prediction)
    if not (prediction.width and prediction.height):
        return rows
    return {"width": prediction.width, "height": prediction.height, "predictions": rows}


def _classes(prediction: Prediction) -> list[dict[str, Any]]:
    scores = {label.class_name: label.confidence for label in prediction.labels}
    scores |= prediction.scores or {}
    ids = reading.class_ids(scores)
    ranked = sorted((Label(*each) for each in scores.items()), key=lambda each: -each.confidence)
    return [
        {"name": each.class_name, "class": ids[each.class_name], "confidence": each.confidence}
        for each in ranked
    ]


def _row(box: Box, task_type: TaskType) -> dict[str, Any]:
    is_oriented = task_type is TaskType.OBJECT_DETECTION and len(box.polygon) == 4
    corners = box.polygon if is_oriented else (box.xyxy[:2], box.xyxy[2:])
    row: dict[str, Any] = {"name": box.class_name, "confidence": box.confidence}
    row["box"] = {
        f"{axis}{number}": value
        for number, corner in enumerate(corners, start=1)
        for axis, value in zip("xy", corner, strict=True)
    }
    if box.polygon and not is_oriented:
        row["segments"] = {"x": [x for x, _ in box.polygon], "y": [y for _, y in box.polygon]}
    if box.keypoints:
        row["keypoints"] = {
            "x": [point.x for point in box.keypoints],
            "y": [point.y for point in box.keypoints],
            "visible": [point.confidence for point in box.keypoints],
        }
    return row
