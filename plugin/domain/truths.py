"""Whether a truth can be trained on: every box inside its image, with an area, of a known class."""

from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from plugin.domain.errors import FieldError
from plugin.domain.prediction import XYXY, Box, Keypoint, Point, Prediction, TaskType

HAIR = 1.0
"""How far outside its image a coordinate may lie that is moved onto its edge (pixels)."""

_NOTHING = 1e-6
"""An area that is none, but for what floats leave of it (square pixels)."""

Size = tuple[int, int]


def fitted(
    truth: Prediction, size: Size, task_type: TaskType
) -> tuple[Prediction, tuple[FieldError, ...]]:
    """A truth with what lies a hair outside its image moved onto the edge, and what is wrong.

    An image without boxes is a negative, and one without labels where it may have several.

    Args:
        truth: as it was reviewed.
        size: width and height of the image that is trained on (pixels).
        task_type: of the training set.
    """
    if not truth.boxes:
        errors = tuple(_label_errors(truth, task_type))
        return msgspec.structs.replace(truth, width=size[0], height=size[1]), errors
    if (truth.width, truth.height) != size:
        expected = f"{truth.width} x {truth.height} pixels, as it was reviewed"
        return truth, (FieldError("image", f"{size[0]} x {size[1]} pixels", expected),)
    errors = tuple(
        chain.from_iterable(
            _errors(f"boxes[{at}]", box, size) for at, box in enumerate(truth.boxes)
        )
    )
    boxes = tuple(_clipped(box, size) for box in truth.boxes)
    return msgspec.structs.replace(truth, boxes=boxes), errors


def class_names(truth: Prediction) -> list[str]:
    """The class of every box and label; a class of several boxes several times."""
    names = [box.class_name for box in truth.boxes]
    return names + [label.class_name for label in truth.labels]


def keypoint_names(truth: Prediction) -> list[str]:
    """The name of every keypoint."""
    return [point.name for box in truth.boxes for point in box.keypoints]


def _label_errors(truth: Prediction, task_type: TaskType) -> Iterator[FieldError]:
    if task_type is TaskType.CLASSIFICATION and len(truth.labels) != 1:
        yield FieldError("labels", [each.class_name for each in truth.labels], "one label")


def _errors(path: str, box: Box, size: Size) -> Iterator[FieldError]:
    width, height = size
    inside = f"inside the image of {width} x {height} pixels"
    name = f"{path} ({box.class_name!r})"
    if not _is_inside(((box.xyxy[0], box.xyxy[1]), (box.xyxy[2], box.xyxy[3])), size):
        yield FieldError(f"{name}.xyxy", box.xyxy, inside)
        return
    x1, y1, x2, y2 = _clip(box.xyxy, size)
    if x2 <= x1 or y2 <= y1:
        yield FieldError(f"{name}.xyxy", box.xyxy, "a box with an area")
    if not _is_inside(box.polygon, size):
        yield FieldError(f"{name}.polygon", box.polygon, inside)
    elif len(box.polygon) > 2 and _area(box.polygon) < _NOTHING:
        yield FieldError(f"{name}.polygon", box.polygon, "an outline with an area")
    if box.mask and box.mask.size != (height, width):
        yield FieldError(f"{name}.mask", box.mask.size, f"a mask of {height} x {width} pixels")
    for point in box.keypoints:
        if not _is_inside([(point.x, point.y)], size):
            yield FieldError(f"{name}.keypoints.{point.name}", (point.x, point.y), inside)


def _is_inside(points: Sequence[Point], size: Size) -> bool:
    """Whether points lie in an image, or a hair outside; one that is no number does not."""
    return all(-HAIR <= x <= size[0] + HAIR and -HAIR <= y <= size[1] + HAIR for x, y in points)


def _area(polygon: Sequence[Point]) -> float:
    """The area inside a polygon that does not cross itself (square pixels)."""
    following = chain(polygon[1:], polygon[:1])
    pairs = zip(polygon, following, strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _clipped(box: Box, size: Size) -> Box:
    return msgspec.structs.replace(
        box,
        xyxy=_clip(box.xyxy, size),
        polygon=tuple(_onto(point, size) for point in box.polygon),
        keypoints=tuple(_moved(point, size) for point in box.keypoints),
    )


def _clip(xyxy: XYXY, size: Size) -> XYXY:
    return (*_onto((xyxy[0], xyxy[1]), size), *_onto((xyxy[2], xyxy[3]), size))


def _moved(point: Keypoint, size: Size) -> Keypoint:
    x, y = _onto((point.x, point.y), size)
    return msgspec.structs.replace(point, x=x, y=y)


def _onto(point: Point, size: Size) -> Point:
    """The point of an image that is nearest."""
    return min(max(0.0, point[0]), float(size[0])), min(max(0.0, point[1]), float(size[1]))
