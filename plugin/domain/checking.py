"""What is wrong with a prediction, box by box, and the harmless excess that is cut off."""

from collections.abc import Callable, Iterator
from math import isfinite

import msgspec

from plugin.domain.errors import FieldError
from plugin.domain.prediction import XYXY, Box, Keypoint, Point, Prediction, TaskType

OVERSHOOT = 0.01
"""Detectors overshoot the border a little: this share of a side is clamped, more is refused."""

MAX_BOXES = 10_000
MAX_SIDE = 65_500  # pixels; what a JPEG can hold
MAX_POINTS = 10_000  # of one polygon
MAX_CLASS_NAME = 200  # characters

KnowsClass = Callable[[str], bool]


def is_right(prediction: Prediction, task_type: TaskType, classes: frozenset[str] | None) -> bool:
    """Whether nothing is wrong and nothing to be cut off; False where only `faults` can tell.

    One pass without a call per box, for it is made for every event that is posted.
    """
    width, height = prediction.width, prediction.height
    if classes is None or not task_type.has_boxes or prediction.labels or prediction.scores:
        return False
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE) or len(prediction.boxes) > MAX_BOXES:
        return False
    for box in prediction.boxes:
        x1, y1, x2, y2 = box.xyxy
        if (
            box.class_name not in classes
            or not 0.0 <= box.confidence <= 1.0
            or not 0 <= x1 < x2 <= width
            or not 0 <= y1 < y2 <= height
            or box.polygon
            or box.keypoints
            or box.mask
            or box.scores
        ):
            return False
    return True


def faults(
    prediction: Prediction, task_type: TaskType, classes: frozenset[str] | None
) -> Iterator[FieldError]:
    """Yield everything that is wrong with a prediction, box by box.

    Args:
        prediction: as decoded; types are right already, values are not trusted.
        task_type: what the project's model answers with.
        classes: the project's classes; None where others are welcome.
    """
    width, height = prediction.width, prediction.height
    for name, side in (("width", width), ("height", height)):
        if not 0 <= side <= MAX_SIDE:
            yield FieldError(f"prediction.{name}", side, f"1 to {MAX_SIDE} pixels")
            return
    yield from _faults_of_kind(prediction, task_type)
    if len(prediction.boxes) > MAX_BOXES:
        yield FieldError("prediction.boxes", len(prediction.boxes), f"at most {MAX_BOXES} boxes")
        return
    size = (width or MAX_SIDE, height or MAX_SIDE)
    for index, box in enumerate(prediction.boxes):
        if not (_is_plain(box) and _is_sound(box, size, classes)):
            yield from _faults_of_box(f"prediction.boxes[{index}]", box, size, classes)
    yield from _faults_of_labels(prediction, classes)


def _faults_of_kind(prediction: Prediction, task_type: TaskType) -> Iterator[FieldError]:
    if task_type.has_boxes and (prediction.labels or prediction.scores):
        yield FieldError("prediction.labels", len(prediction.labels), f"none in {task_type}")
    if not task_type.has_boxes and prediction.boxes:
        yield FieldError("prediction.boxes", len(prediction.boxes), f"none in {task_type}")
    if task_type is TaskType.CLASSIFICATION and len(prediction.labels) > 1:
        yield FieldError("prediction.labels", len(prediction.labels), "one label, the top class")


def _is_plain(box: Box) -> bool:
    """Whether there is nothing but corners to check: so in nearly all traffic."""
    return not (box.polygon or box.keypoints or box.mask or box.scores)


def _is_sound(box: Box, size: tuple[int, int], classes: frozenset[str] | None) -> bool:
    return (
        (box.class_name in classes if classes is not None else _is_name(box.class_name))
        and 0.0 <= box.confidence <= 1.0
        and _lies_inside(box.xyxy, size)
    )


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_CLASS_NAME and name.isprintable()


def _faults_of_class(path: str, name: str, classes: frozenset[str] | None) -> Iterator[FieldError]:
    if classes is not None and name not in classes:
        expected = "one of the project's classes: " + ", ".join(sorted(classes)[:20])
        yield FieldError(path, name[:MAX_CLASS_NAME], expected)
    elif classes is None and not _is_name(name):
        expected = f"a name of 1 to {MAX_CLASS_NAME} printable characters"
        yield FieldError(path, name[:MAX_CLASS_NAME], expected)


def _faults_of_share(path: str, value: float) -> Iterator[FieldError]:
    if not 0.0 <= value <= 1.0:
        yield FieldError(path, value, "a number from 0 to 1")


def _faults_of_scores(path: str, scores: dict[str, float] | None) -> Iterator[FieldError]:
    for name, value in (scores or {}).items():
        if not (_is_name(name) and 0.0 <= value <= 1.0):
            yield FieldError(f"{path}.scores", f"{name[:40]}: {value}", "a number from 0 to 1")


def _faults_of_box(
    path: str, box: Box, size: tuple[int, int], classes: frozenset[str] | None
) -> Iterator[FieldError]:
    yield from _faults_of_class(f"{path}.class", box.class_name, classes)
    yield from _faults_of_share(f"{path}.confidence", box.confidence)
    x1, y1, x2, y2 = box.xyxy
    expected = f"inside the image of {size[0]} x {size[1]} pixels"
    if not all(map(isfinite, box.xyxy)):
        yield FieldError(f"{path}.xyxy", box.xyxy, "four finite numbers")
    elif not (x1 < x2 and y1 < y2):
        yield FieldError(f"{path}.xyxy", box.xyxy, "left < right and top < bottom")
    elif not _lies_inside(box.xyxy, size):
        yield FieldError(f"{path}.xyxy", box.xyxy, f"a box {expected}")
    yield from _faults_of_outline(path, box, size)
    for index, point in enumerate(box.keypoints):
        yield from _faults_of_share(f"{path}.keypoints[{index}].confidence", point.confidence)
        if not (_is_name(point.name) and _is_near((point.x, point.y), size)):
            found = (point.name[:40], point.x, point.y)
            yield FieldError(f"{path}.keypoints[{index}]", found, f"a named point {expected}")
    yield from _faults_of_scores(path, box.scores)


def _faults_of_outline(path: str, box: Box, size: tuple[int, int]) -> Iterator[FieldError]:
    if box.polygon and not 3 <= len(box.polygon) <= MAX_POINTS:
        yield FieldError(f"{path}.polygon", len(box.polygon), f"3 to {MAX_POINTS} points")
    elif not all(_is_near(point, size) for point in box.polygon):
        expected = f"points inside the image of {size[0]} x {size[1]} pixels"
        yield FieldError(f"{path}.polygon", box.polygon, expected)
    if box.mask and MAX_SIDE not in size and box.mask.size != (size[1], size[0]):
        expected = f"the image's height and width, {size[1]} and {size[0]}"
        yield FieldError(f"{path}.mask.size", box.mask.size, expected)


def _faults_of_labels(
    prediction: Prediction, classes: frozenset[str] | None
) -> Iterator[FieldError]:
    if len(prediction.labels) > MAX_BOXES:
        expected = f"at most {MAX_BOXES} labels"
        yield FieldError("prediction.labels", len(prediction.labels), expected)
        return
    for index, label in enumerate(prediction.labels):
        path = f"prediction.labels[{index}]"
        yield from _faults_of_class(f"{path}.class", label.class_name, classes)
        yield from _faults_of_share(f"{path}.confidence", label.confidence)
    yield from _faults_of_scores("prediction", prediction.scores)


def _slack(size: tuple[int, int]) -> Point:
    return max(1.0, size[0] * OVERSHOOT), max(1.0, size[1] * OVERSHOOT)


def _lies_inside(xyxy: XYXY, size: tuple[int, int]) -> bool:
    """Whether a box has an area and overshoots the image by no more than OVERSHOOT or a pixel."""
    x1, y1, x2, y2 = xyxy
    width, height = size
    if 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height:
        return True
    slack_x, slack_y = _slack(size)
    return (
        -slack_x <= x1 < x2 <= width + slack_x
        and -slack_y <= y1 < y2 <= height + slack_y
        and x1 < width
        and y1 < height
        and x2 > 0
        and y2 > 0
    )


def _is_near(point: Point, size: tuple[int, int]) -> bool:
    (x, y), (slack_x, slack_y) = point, _slack(size)
    return -slack_x <= x <= size[0] + slack_x and -slack_y <= y <= size[1] + slack_y


def clamped(prediction: Prediction) -> Prediction:
    """The same prediction with every corner and point inside its image, where its size is known."""
    if not (prediction.width and prediction.height):
        return prediction
    size = (prediction.width, prediction.height)
    if all(_is_plain(box) and _fits(box.xyxy, size) for box in prediction.boxes):
        return prediction
    boxes = tuple(_clamped_box(box, size) for box in prediction.boxes)
    return msgspec.structs.replace(prediction, boxes=boxes)


def _fits(xyxy: XYXY, size: tuple[int, int]) -> bool:
    return xyxy[0] >= 0 and xyxy[1] >= 0 and xyxy[2] <= size[0] and xyxy[3] <= size[1]


def _clamped_box(box: Box, size: tuple[int, int]) -> Box:
    (x1, y1), (x2, y2) = _clamp(box.xyxy[:2], size), _clamp(box.xyxy[2:], size)
    return msgspec.structs.replace(
        box,
        xyxy=(x1, y1, x2, y2),
        polygon=tuple(_clamp(point, size) for point in box.polygon),
        keypoints=tuple(_clamped_keypoint(point, size) for point in box.keypoints),
    )


def _clamped_keypoint(point: Keypoint, size: tuple[int, int]) -> Keypoint:
    x, y = _clamp((point.x, point.y), size)
    return Keypoint(point.name, x, y, point.confidence)


def _clamp(point: Point, size: tuple[int, int]) -> Point:
    return min(max(0.0, point[0]), float(size[0])), min(max(0.0, point[1]), float(size[1]))
