"""Label Studio's predictions and annotations.

Label Studio gives a rectangle by its top left corner, width and height in percent (0 to 100) of the
image, and a clockwise rotation in degrees about that corner; a polygon by points in percent; a
mask as packed run lengths (see `brush_rle`); a keypoint as a region of its own, which names its
rectangle as `parentID`; classes of an image as choices:
https://labelstud.io/guide/predictions and https://labelstud.io/guide/task_format
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from plugin.domain.prediction import Prediction, TaskType
from plugin.formats import reading
from plugin.formats.label_studio_reading import CHOICES, Region, gathered, read_region
from plugin.formats.label_studio_regions import MAX_PAINTED, Wanted, regions_of
from plugin.formats.reading import ROOT, refuse

_BOXES = {"rectanglelabels"}
_KINDS = {
    TaskType.OBJECT_DETECTION: _BOXES,
    TaskType.INSTANCE_SEGMENTATION: _BOXES | {"polygonlabels", "brushlabels"},
    TaskType.KEYPOINT_DETECTION: _BOXES | {"keypointlabels"},
    TaskType.CLASSIFICATION: {CHOICES},
    TaskType.MULTI_LABEL_CLASSIFICATION: {CHOICES},
}
_NO_VERSION = "unknown"

MAX_PACKED = 1_000_000
"""Bytes of all posted masks together: each is unpacked, block by block."""


class _Posted(msgspec.Struct):
    result: Any
    model_version: str | None = None
    score: float | None = None


def encode_prediction(
    prediction: Prediction,
    control: str,
    target: str,
    task_type: TaskType | None = None,
    shown: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """A prediction as Label Studio imports it with a task.

    Args:
        prediction: boxes in pixels, inside the image.
        control: name of the control tag of the label config (`from_name`); that of masks is
            `{control}-mask`, that of keypoints `{control}-points`.
        target: name of its object tag (`to_name`).
        task_type: of the project; without it, what a box holds decides on its region.
        shown: width and height of the image that reviewers see (pixels), where it is smaller than
            the original: masks must have its size. All else is in percent.

    Raises:
        InvalidInputError: there are boxes, but not the size of their image.
    """
    encoded: dict[str, Any] = {
        "model_version": prediction.model_version or _NO_VERSION,
        "result": regions_of(prediction, Wanted(control, target, task_type, shown)),
    }
    found = [box.confidence for box in prediction.boxes]
    found += [label.confidence for label in prediction.labels]
    if found:
        # The least certain box: sorting by score then shows the doubtful images first.
        encoded["score"] = min(found)
    return encoded


def encode(prediction: Prediction, task_type: TaskType) -> dict[str, Any]:
    """A prediction for a label config with the controls `label`, of the image tag `image`.

    What has no place there is left out: the scores of other classes, and a confidence per class
    where an image has several; a box with an outline is the box around it, unless that is a turned
    rectangle.

    Raises:
        InvalidInputError: there are boxes, but not the size of their image.
    """
    return encode_prediction(prediction, "label", "image", task_type)


def decode_annotation(result: Iterable[Mapping[str, Any]], width: int, height: int) -> Prediction:
    """What a person drew, with confidence 1, in an image of `width` x `height` pixels.

    A turned rectangle has its corners as `polygon`; regions without a label are left out.

    Raises:
        InvalidInputError: a region is none of Label Studio's (`result[3].value.x`).
    """
    read = reading.read_rows(list(result), "result", read_region)
    # What was accepted from a prediction has that one's score still.
    regions = [
        (index, msgspec.structs.replace(region, score=None))
        for index, region in enumerate(read)
        if region
    ]
    return gathered(regions, (width, height), 1.0, "result")


def recognises(data: object) -> bool:
    """Whether this looks like a prediction (or an annotation) of Label Studio."""
    return isinstance(data, dict) and isinstance(data.get("result"), list)


def decode(data: object, task_type: TaskType) -> Prediction:
    """A posted prediction, as `{"model_version": "v1", "result": […]}`; values are not checked.

    The size of the image is that of its regions. A region without a score has the prediction's.

    Raises:
        InvalidInputError: with the faults of every region (`prediction.result[3].value.x`).
    """
    posted = reading.read(data, _Posted)
    path = f"{ROOT}.result"
    read = reading.read_rows(posted.result, path, lambda row: _expected(row, task_type))
    regions = [(index, region) for index, region in enumerate(read) if region]
    size = _size(regions, path)
    _refuse_excess(regions, size, path)
    score = 1.0 if posted.score is None else posted.score
    prediction = gathered(regions, size, score, path)
    version = (posted.model_version or "").removeprefix(_NO_VERSION)
    return msgspec.structs.replace(prediction, model_version=version)


def _expected(row: object, task_type: TaskType) -> Region | None:
    region = read_region(row)
    if region and region.type not in _KINDS[task_type]:
        refuse("type", region.type, f"{' or '.join(sorted(_KINDS[task_type]))} in {task_type}")
    return region


def _size(regions: list[tuple[int, Region]], path: str) -> tuple[int, int]:
    sizes = [(index, region.size) for index, region in regions if all(region.size)]
    drawn = [index for index, region in regions if region.type != CHOICES]
    if drawn and not sizes:
        refuse(f"{path}[{drawn[0]}].original_width", None, "this field, and original_height")
    for index, size in sizes:
        if size != sizes[0][1]:
            expected = f"{sizes[0][1][0]} x {sizes[0][1][1]} pixels, as before"
            refuse(f"{path}[{index}].original_width", size, expected)
    return sizes[0][1] if sizes else (0, 0)


def _refuse_excess(regions: list[tuple[int, Region]], size: tuple[int, int], path: str) -> None:
    strokes = [region.value.rle or [] for _, region in regions if region.type == "brushlabels"]
    if len(strokes) * size[0] * size[1] > MAX_PAINTED:
        refuse(path, len(strokes), f"masks of at most {MAX_PAINTED} pixels together")
    if sum(map(len, strokes)) > MAX_PACKED:
        refuse(path, len(strokes), f"masks of at most {MAX_PACKED} bytes together")
