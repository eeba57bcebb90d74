"""Roboflow Inference's responses: objects by their centre, outlines as points or run lengths.

Pixels; `x` and `y` are the centre of a box. A workflow posts several responses as a list.
https://github.com/roboflow/inference/blob/main/inference/core/entities/responses/inference.py
"""

from typing import Any

import msgspec

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import XYXY, Box, Keypoint, Label, Point, Prediction, Rle, TaskType
from plugin.formats import reading
from plugin.formats.reading import ROOT, Side, refuse, refuse_unless_none
from plugin.formats.roboflow_encoding import encode

__all__ = ["decode", "decode_batch", "encode", "inference_id", "recognises"]

MAX_BATCH = 1000
"""Responses that one list may hold."""


class _Size(msgspec.Struct):
    width: Side = None
    height: Side = None


class _XY(msgspec.Struct):
    x: float
    y: float


class _Keypoint(_XY):
    name: str = msgspec.field(name="class")
    confidence: float = 1.0


class _Object(msgspec.Struct):
    class_name: str = msgspec.field(name="class")
    confidence: float
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    points: list[_XY] | None = None
    rle: Rle | None = None
    keypoints: list[_Keypoint] | None = None


class _Scored(msgspec.Struct):
    class_name: str = msgspec.field(name="class")
    confidence: float


class _Score(msgspec.Struct):
    confidence: float


class _Response(msgspec.Struct):
    predictions: Any = None
    image: _Size | None = None
    is_stub: bool | None = None
    top: str | None = None
    confidence: float | None = None
    predicted_classes: list[Any] | None = None


def recognises(data: object) -> bool:
    """Whether this looks like a response, a stub or a batch of them.

    `predictions` that hold a `box`, or stand beside a `width`, are Ultralytics' (see there).
    """
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict):
        return False
    if first.get("is_stub") is True:
        return True
    found = first.get("predictions")
    if isinstance(found, list) and found and isinstance(found[0], dict) and "box" in found[0]:
        return False
    others = ("width", "height", "orig_shape", "boxes", "labels")
    return isinstance(found, (list, dict)) and not any(name in first for name in others)


def inference_id(data: object) -> str:
    """The id that Roboflow gave to a response; empty where there is none."""
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    found = data.get("inference_id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def decode_batch(data: object, task_type: TaskType) -> list[Prediction]:
    """Every response of a batch; a single one is a batch of one.

    Raises:
        InvalidInputError: with the faults of all, the index of each first (`prediction[2].…`).
    """
    if not isinstance(data, list):
        return [decode(data, task_type)]
    if len(data) > MAX_BATCH:
        refuse(ROOT, len(data), f"at most {MAX_BATCH} responses")
    return list(reading.read_rows(data, ROOT, lambda each: _response(each, task_type, "")))


def decode(data: object, task_type: TaskType) -> Prediction:
    """One response; values are not checked here.

    Args:
        data: decoded JSON, such as `{"image": {"width": 640, "height": 480}, "predictions": […]}`.
        task_type: what the project's model answers with; another kind of response is refused.

    Raises:
        InvalidInputError: with the faults of every object (`prediction.predictions[3].width`).
    """
    if isinstance(data, list):
        if len(data) != 1:
            refuse(ROOT, data, "one response: post one event for each of a batch")
        data = data[0]
    return _response(data, task_type, ROOT)


def _response(data: object, task_type: TaskType, path: str) -> Prediction:
    try:
        response = reading.read(data, _Response, "")
        if response.is_stub:
            return Prediction(*_size(response), stub=True)
        if task_type.has_boxes:
            return _with_boxes(response, task_type)
        return _with_labels(response, task_type)
    except InvalidInputError as error:
        raise InvalidInputError(*reading.at(path, error.errors)) from None


def _size(response: _Response) -> tuple[int, int]:
    size = response.image or _Size()
    return reading.side(size.width), reading.side(size.height)


def _with_boxes(response: _Response, task_type: TaskType) -> Prediction:
    refuse_unless_none("top", response.top, task_type)
    refuse_unless_none("predicted_classes", response.predicted_classes, task_type)
    boxes = reading.read_rows(response.predictions, "predictions", lambda row: _box(row, task_type))
    return Prediction(*_size(response), boxes)


def _box(row: object, task_type: TaskType) -> Box:
    found = reading.read(row, _Object, "")
    outlines = {"points": found.points, "rle": found.rle}
    reading.refuse_extras(task_type, outlines, found.keypoints)
    points = tuple((point.x, point.y) for point in found.points or ())
    keypoints = tuple(
        Keypoint(point.name, point.x, point.y, point.confidence) for point in found.keypoints or ()
    )
    corners = _corners(found, points)
    return Box(found.class_name, found.confidence, corners, points, found.rle, keypoints)


def _corners(found: _Object, points: tuple[Point, ...]) -> XYXY:
    centre = (found.x, found.y, found.width, found.height)
    if points and centre == (None, None, None, None):
        return reading.around(points)
    x, y, width, height = (
        refuse(name, None, "a number") if value is None else value
        for name, value in zip(("x", "y", "width", "height"), centre, strict=True)
    )
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _with_labels(response: _Response, task_type: TaskType) -> Prediction:
    if task_type is TaskType.CLASSIFICATION:
        refuse_unless_none("predicted_classes", response.predicted_classes, task_type)
        scores = _scores_of_list(response.predictions, task_type)
        return Prediction(*_size(response), labels=_top(response, scores), scores=scores)
    refuse_unless_none("top", response.top, task_type)
    scores = _scores_of_object(response.predictions)
    labels = reading.read_rows(
        response.predicted_classes, "predicted_classes", lambda name: _predicted(name, scores)
    )
    return Prediction(*_size(response), labels=labels, scores=scores)


def _scores_of_list(rows: object, task_type: TaskType) -> dict[str, float]:
    def scored(row: object) -> tuple[str, float]:
        if isinstance(row, dict):
            refuse_unless_none("x", row.get("x"), task_type)
        found = reading.read(row, _Scored, "")
        return found.class_name, found.confidence

    return dict(reading.read_rows(rows, "predictions", scored))


def _scores_of_object(predictions: object) -> dict[str, float]:
    if not isinstance(predictions, dict):
        refuse("predictions", predictions, "an object of classes")
    if len(predictions) > reading.MAX_LABELS:
        refuse("predictions", len(predictions), f"at most {reading.MAX_LABELS} classes")
    return {
        name: reading.read(score, _Score, f"predictions.{name[:40]}").confidence
        for name, score in predictions.items()
    }


def _top(response: _Response, scores: dict[str, float]) -> tuple[Label, ...]:
    if response.top is None:
        return reading.best_of(scores)
    if response.top == "" and not scores:
        return ()
    confidence = scores.get(response.top, response.confidence)
    if confidence is None:
        refuse("top", response.top, "one of the classes in predictions")
    return (Label(response.top, confidence),)


def _predicted(name: object, scores: dict[str, float]) -> Label:
    if not isinstance(name, str) or name not in scores:
        refuse("", name, "one of the classes in predictions")
    return Label(name, scores[name])
