"""What a model saw in one image, in the one type that everything else works on.

Coordinates are pixels of the original image as a person sees it (upright), boxes are xyxy:
left, top, right, bottom, the origin in the top left corner.
"""

from collections.abc import Iterator
from enum import StrEnum
from math import isfinite

import msgspec

from plugin.domain.errors import FieldError

OVERSHOOT = 0.01
"""Detectors overshoot the border a little: this share of a side is clamped, more is refused."""

MAX_BOXES = 10_000
MAX_SIDE = 65_500  # what a JPEG can hold
MAX_CLASS_NAME = 200


class TaskType(StrEnum):
    """What a model answers with."""

    OBJECT_DETECTION = "object-detection"


class Box(msgspec.Struct, frozen=True, gc=False):
    """One object: its class, confidence (0 to 1) and corners (pixels, xyxy)."""

    class_name: str = msgspec.field(name="class")
    confidence: float
    xyxy: tuple[float, float, float, float]


class Prediction(msgspec.Struct, frozen=True, gc=False):
    """All that a model saw in one image of `width` x `height` pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    model_version: str = ""


def faults(prediction: Prediction, classes: frozenset[str]) -> Iterator[FieldError]:
    """Yield everything that is wrong with a prediction, box by box.

    Args:
        prediction: as decoded; types are right already, values are not trusted.
        classes: the project's classes.
    """
    width, height = prediction.width, prediction.height
    for name, side in (("width", width), ("height", height)):
        if not 1 <= side <= MAX_SIDE:
            yield FieldError(f"prediction.{name}", side, f"1 to {MAX_SIDE} pixels")
            return
    if len(prediction.boxes) > MAX_BOXES:
        yield FieldError("prediction.boxes", len(prediction.boxes), f"at most {MAX_BOXES} boxes")
        return
    for index, box in enumerate(prediction.boxes):
        if (
            box.class_name in classes
            and 0.0 <= box.confidence <= 1.0
            and _lies_inside(box.xyxy, width, height)
        ):
            continue
        yield from _faults_of_box(f"prediction.boxes[{index}]", box, prediction, classes)


def _faults_of_box(
    path: str, box: Box, prediction: Prediction, classes: frozenset[str]
) -> Iterator[FieldError]:
    if box.class_name not in classes:
        expected = "one of the project's classes: " + ", ".join(sorted(classes)[:20])
        yield FieldError(f"{path}.class", box.class_name[:MAX_CLASS_NAME], expected)
    if not 0.0 <= box.confidence <= 1.0:
        yield FieldError(f"{path}.confidence", box.confidence, "a number from 0 to 1")
    x1, y1, x2, y2 = box.xyxy
    if not all(map(isfinite, box.xyxy)):
        yield FieldError(f"{path}.xyxy", box.xyxy, "four finite numbers")
    elif not (x1 < x2 and y1 < y2):
        yield FieldError(f"{path}.xyxy", box.xyxy, "left < right and top < bottom")
    elif not _lies_inside(box.xyxy, prediction.width, prediction.height):
        size = f"{prediction.width} x {prediction.height}"
        yield FieldError(f"{path}.xyxy", box.xyxy, f"a box inside the image of {size} pixels")


def _lies_inside(xyxy: tuple[float, float, float, float], width: int, height: int) -> bool:
    """Whether a box has an area and overshoots the image by no more than OVERSHOOT or a pixel."""
    x1, y1, x2, y2 = xyxy
    slack_x, slack_y = max(1.0, width * OVERSHOOT), max(1.0, height * OVERSHOOT)
    return (
        -slack_x <= x1 < x2 <= width + slack_x
        and -slack_y <= y1 < y2 <= height + slack_y
        and x1 < width
        and y1 < height
        and x2 > 0
        and y2 > 0
    )


def clamped(prediction: Prediction) -> Prediction:
    """The same prediction with every corner inside its image."""
    width, height = float(prediction.width), float(prediction.height)

    def clamp(box: Box) -> Box:
        x1, y1, x2, y2 = box.xyxy
        corners = (max(0.0, x1), max(0.0, y1), min(width, x2), min(height, y2))
        return box if corners == box.xyxy else Box(box.class_name, box.confidence, corners)

    return msgspec.structs.replace(prediction, boxes=tuple(map(clamp, prediction.boxes)))
