"""Our predictions as Label Studio's regions; see `label_studio` for the format."""

from dataclasses import dataclass
from typing import Any

import msgspec

from plugin.domain import rle
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Point, Prediction, TaskType
from plugin.domain.turned import Turned, turned
from plugin.formats import brush_rle
from plugin.formats.reading import refuse

Region = dict[str, Any]

POINT_SIZE = 0.5
"""Of a keypoint as it is drawn, in percent of the image's width."""


MAX_PAINTED = 200_000_000
"""Pixels of all masks of an image together, a hundred of 1920 x 1080: each is unpacked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """For which labelling config, and which image, regions are made; see `encode_prediction`."""

    control: str
    target: str
    task_type: TaskType | None
    shown: tuple[int, int] | None

    def tied(self, region: Region, suffix: str = "") -> Region:
        """The region with the tags it belongs to."""
        return region | {"from_name": self.control + suffix, "to_name": self.target}


def regions_of(prediction: Prediction, wanted: Wanted) -> list[Region]:
    """All regions of a prediction.

    Raises:
        InvalidInputError: there are boxes, but not the size of their image.
    """
    if prediction.boxes and not (prediction.width and prediction.height):
        refuse("prediction.width", prediction.width, "the image's size, to make percent of pixels")
    boxes = prediction.boxes
    if sum(prediction.width * prediction.height for box in boxes if box.mask) > MAX_PAINTED:
        boxes = tuple(_unpainted(box) for box in boxes)
    regions = [
        region
        for index, box in enumerate(boxes)
        for region in _regions_of_box(f"box-{index}", box, prediction, wanted)
    ]
    return regions + _choices(prediction, wanted)


def _choices(prediction: Prediction, wanted: Wanted) -> list[Region]:
    if not prediction.labels:
        return []
    score = min(label.confidence for label in prediction.labels)
    value = {"choices": [label.class_name for label in prediction.labels]}
    region = _region("labels", "choices", score, value) | _size(prediction)
    return [wanted.tied(region)]


def _regions_of_box(
    region_id: str, box: Box, prediction: Prediction, wanted: Wanted
) -> list[Region]:
    kind = wanted.task_type
    has_outline = kind is None and (box.polygon or box.mask)
    if has_outline or kind is TaskType.INSTANCE_SEGMENTATION:
        painted = _painted(region_id, box, prediction, wanted)
        return [painted or wanted.tied(_outlined(region_id, box, prediction))]
    regions = [wanted.tied(_rectangle(region_id, box, prediction))]
    if kind in {None, TaskType.KEYPOINT_DETECTION}:
        regions += [
            wanted.tied(_point(f"{region_id}-{index}", region_id, point, prediction), "-points")
            for index, point in enumerate(box.keypoints)
        ]
    return regions


def _region(region_id: str, kind: str, score: float, value: dict[str, Any]) -> Region:
    return {"id": region_id, "type": kind, "score": score, "value": value}


def _size(prediction: Prediction) -> Region:
    size = {"original_width": prediction.width, "original_height": prediction.height}
    return size | {"image_rotation": 0} if all(size.values()) else {}


def _percent(x: float, y: float, prediction: Prediction) -> Point:
    return x * 100 / prediction.width, y * 100 / prediction.height


def _rectangle(region_id: str, box: Box, prediction: Prediction) -> Region:
    x1, y1, x2, y2 = box.xyxy
    found = turned(box.polygon) or Turned(x1, y1, x2 - x1, y2 - y1, 0)
    left, top = _percent(found.left, found.top, prediction)
    width, height = _percent(found.width, found.height, prediction)
    value = {"x": left, "y": top, "width": width, "height": height, "rotation": found.angle}
    value_labelled = value | {"rectanglelabels": [box.class_name]}
    region = _region(region_id, "rectanglelabels", box.confidence, value_labelled)
    return region | _size(prediction)


def _corners(box: Box) -> tuple[Point, ...]:
    x1, y1, x2, y2 = box.xyxy
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)


def _unpainted(box: Box) -> Box:
    """The outline alone: so many masks are more than a review needs to begin with."""
    if not box.mask:
        return box
    return msgspec.structs.replace(box, mask=None, polygon=box.polygon or _corners(box))


def _outlined(region_id: str, box: Box, prediction: Prediction) -> Region:
    # Where there is no outline, the corners: the config of a segmentation has no rectangles.
    polygon = box.polygon or _corners(box)
    points = [list(_percent(x, y, prediction)) for x, y in polygon]
    value = {"points": points, "closed": True, "polygonlabels": [box.class_name]}
    return _region(region_id, "polygonlabels", box.confidence, value) | _size(prediction)


def _painted(region_id: str, box: Box, prediction: Prediction, wanted: Wanted) -> Region | None:
    """The mask; None where it cannot be read: a review then begins with the outline."""
    try:
        bitmap = rle.decode(box.mask) if box.mask else None
    except InvalidInputError:
        return None
    if bitmap is None:
        return None
    width, height = wanted.shown or (prediction.width, prediction.height)
    if bitmap.shape != (height, width):
        bitmap = rle.resized(bitmap, height, width)
    packed = brush_rle.encode(bitmap)
    value = {"format": "rle", "rle": packed, "brushlabels": [box.class_name]}
    region = _region(region_id, "brushlabels", box.confidence, value) | _size(prediction)
    # A label config has no two controls of one name, and the outlines' has the plain one.
    return wanted.tied(region | {"original_width": width, "original_height": height}, "-mask")


def _point(region_id: str, parent: str, point: Keypoint, prediction: Prediction) -> Region:
    x, y = _percent(point.x, point.y, prediction)
    value = {"x": x, "y": y, "width": POINT_SIZE, "keypointlabels": [point.name]}
    region = _region(region_id, "keypointlabels", point.confidence, value)
    return region | _size(prediction) | {"parentID": parent}
