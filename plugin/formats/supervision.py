"""`supervision.Detections` as dicts: https://supervision.roboflow.com/latest/detection/core/.

In columns, the fields of the class: `{"xyxy": [[…]], "confidence": […], "class_id": […],
"mask": […], "data": {"class_name": […]}}`, masks as bitmaps (rows of 0 and 1) or COCO's run
lengths. In rows, as `sv.JSONSink` and `sv.CSVSink` write them: `x_min`, `y_min`, `x_max`, `y_max`,
`confidence`, `class_name`, numbers also as text, what is absent as an empty text:
https://supervision.roboflow.com/latest/detection/tools/save_detections/

Pixels; the size of the image is not told. A missing confidence is 1.
"""

from typing import Any

import msgspec
import numpy as np

from plugin.domain import rle
from plugin.domain.prediction import XYXY, Box, Prediction, Rle, TaskType
from plugin.formats import reading
from plugin.formats.reading import ROOT, refuse


class _Row(msgspec.Struct):
    x_min: float
    y_min: float
    x_max: float
    y_max: float
    class_name: str | None = None
    confidence: float | None = None


class _Corners(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    left: float
    top: float
    right: float
    bottom: float


class _Data(msgspec.Struct):
    class_name: list[str] | None = None


class _Columns(msgspec.Struct):
    xyxy: list[Any]
    confidence: list[float | None] | None = None
    mask: list[Any] | None = None
    data: _Data | None = None


def recognises(data: object) -> bool:
    """Whether this looks like detections in columns or rows; an empty list does not."""
    if isinstance(data, dict):
        return isinstance(data.get("xyxy"), list)
    first = data[0] if isinstance(data, list) and data else None
    return isinstance(first, dict) and "x_min" in first


def decode(data: object, task_type: TaskType) -> Prediction:
    """Detections in columns or in rows; values are not checked here.

    Raises:
        InvalidInputError: with the faults of every object (`prediction.xyxy[3]`,
            `prediction[3].x_min`).
    """
    reading.refuse_labels(task_type, "supervision.Detections")
    if isinstance(data, dict):
        return Prediction(boxes=_of_columns(reading.read(data, _Columns), task_type))
    return Prediction(boxes=reading.read_rows(data, ROOT, _of_row))


def _of_row(row: object) -> Box:
    if isinstance(row, dict):
        row = {name: value for name, value in row.items() if value != ""}
    found = reading.read(row, _Row, "", strict=False)
    if found.class_name is None:
        refuse("class_name", None, "this field: a class id alone says nothing here")
    corners = (found.x_min, found.y_min, found.x_max, found.y_max)
    return Box(found.class_name, _or_one(found.confidence), corners)


def _or_one(confidence: float | None) -> float:
    return 1.0 if confidence is None else confidence


def _of_columns(columns: _Columns, task_type: TaskType) -> tuple[Box, ...]:
    corners = reading.read_rows(columns.xyxy, f"{ROOT}.xyxy", _corners)
    reading.refuse_extras(task_type, {f"{ROOT}.mask": columns.mask}, None)
    names = _column("data.class_name", (columns.data or _Data()).class_name, len(corners))
    shares = _column("confidence", columns.confidence or [1.0] * len(corners), len(corners))
    masks: tuple[Rle | None, ...] = (None,) * len(corners)
    if columns.mask is not None:
        _column("mask", columns.mask, len(corners))
        masks = reading.read_rows(columns.mask, f"{ROOT}.mask", _mask)
    rows = zip(names, shares, corners, masks, strict=True)
    return tuple(Box(name, _or_one(share), xyxy, (), mask) for name, share, xyxy, mask in rows)


def _corners(row: object) -> XYXY:
    return msgspec.structs.astuple(reading.read(row, _Corners, ""))


def _column(name: str, values: list[Any] | None, count: int) -> list[Any]:
    if values is None:
        if not count:
            return []
        refuse(f"{ROOT}.{name}", None, "this field: a class id alone says nothing here")
    if len(values) != count:
        refuse(f"{ROOT}.{name}", values, f"{count} values, as many as in xyxy")
    return values


def _mask(given: object) -> Rle:
    if isinstance(given, dict):
        return reading.read(given, Rle, "")
    mask: list[list[bool | int]] = reading.read(given, list[list[bool | int]], "")
    if len({len(row) for row in mask}) != 1 or not mask[0]:
        refuse("", given, "a bitmap: rows of the same number of 0 and 1")
    if len(mask) * len(mask[0]) > rle.MAX_PIXELS:
        refuse("", given, f"at most {rle.MAX_PIXELS} pixels")
    return rle.encode(np.array([[bool(value) for value in row] for row in mask]))


def encode(prediction: Prediction, task_type: TaskType) -> dict[str, Any]:
    """A prediction as detections in columns, masks as COCO's run lengths.

    What has no place there is left out: the image's size, polygons, keypoints, a box's scores;
    and all masks where a box has none.

    Raises:
        InvalidInputError: detections know no classification.
    """
    reading.refuse_labels(task_type, "supervision.Detections")
    boxes = prediction.boxes
    ids = reading.class_ids(box.class_name for box in boxes)
    masks = [box.mask for box in boxes if box.mask]
    are_masked = bool(masks) and len(masks) == len(boxes)
    return {
        "xyxy": [list(box.xyxy) for box in boxes],
        "mask": [msgspec.to_builtins(mask) for mask in masks] if are_masked else None,
        "confidence": [box.confidence for box in boxes],
        "class_id": [ids[box.class_name] for box in boxes],
        "tracker_id": None,
        "data": {"class_name": [box.class_name for box in boxes]},
    }
