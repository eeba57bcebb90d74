"""YOLO as Ultralytics reads it: https://docs.ultralytics.com/datasets.

    images/<split>/<image_id>.jpg
    labels/<split>/<image_id>.txt   a line an object; empty for an image without objects
    data.yaml                       what a trainer is pointed at

All coordinates are shares (0 to 1) of the image's width and height. A line is

    detect     class, centre x, centre y, width, height
    segment    class, then x and y of every point of its outline, which is one ring
    pose       as detect, then x, y and visibility of every keypoint (0 0 0: not there)
    obb        class, then x and y of the four corners of the smallest turned rectangle

`data.yaml` names no `path`: trainers then look beside it, wherever the set was put. It names the
splits that have images.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np
import yaml

from plugin.domain.prediction import Box, TaskType
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import SPLITS, Contents, File, image_file, point_rows
from plugin.training_set.formats.outlines import Points, ring_of, turned_corners

Shape = Callable[[Box, Example, Contents], Iterable[float]]
"""What stands on a line behind the class."""


def write(contents: Contents) -> Iterator[File]:
    """A version for detection, segmentation or poses, as its task type says."""
    return _write(contents, _SHAPES[contents.task_type])


def write_turned(contents: Contents) -> Iterator[File]:
    """A version for turned boxes (obb)."""
    return _write(contents, _turned)


def _write(contents: Contents, shape: Shape) -> Iterator[File]:
    indices, filled = contents.class_indices, set()
    for example in contents.examples():
        filled.add(example.split)
        yield image_file(contents, example)
        lines = (
            f"{indices[box.class_name]} {_text(shape(box, example, contents))}\n"
            for box in example.truth.boxes
        )
        path = f"labels/{example.split}/{example.image_id}.txt"
        yield File(path, "".join(lines).encode())
    yield File("data.yaml", _data_yaml(contents, filled).encode())


def _data_yaml(contents: Contents, filled: Collection[str]) -> str:
    content: dict[str, Any] = {split: f"images/{split}" for split in SPLITS if split in filled}
    content["names"] = dict(enumerate(contents.classes))
    if contents.task_type is TaskType.KEYPOINT_DETECTION:
        content["kpt_shape"] = [len(contents.keypoints), 3]
        points = list(contents.keypoints)
        content["kpt_names"] = {index: list(points) for index in range(len(contents.classes))}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _detect(box: Box, example: Example, _: Contents) -> list[float]:
    x1, y1, x2, y2 = box.xyxy
    width, height = example.width, example.height
    centre = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
    return [*centre, (x2 - x1) / width, (y2 - y1) / height]


def _segment(box: Box, example: Example, _: Contents) -> list[float]:
    return _shares(ring_of(box), example)


def _pose(box: Box, example: Example, contents: Contents) -> list[float]:
    line = _detect(box, example, contents)
    for x, y, visibility in point_rows(box, contents.keypoints):
        line += [x / example.width, y / example.height, visibility]
    return line


def _turned(box: Box, example: Example, _: Contents) -> list[float]:
    return _shares(turned_corners(box), example)


_SHAPES: dict[TaskType, Shape] = {
    TaskType.OBJECT_DETECTION: _detect,
    TaskType.INSTANCE_SEGMENTATION: _segment,
    TaskType.KEYPOINT_DETECTION: _pose,
}


def _shares(points: Points, example: Example) -> list[float]:
    # Trainers leave out a whole image when one number of it is beyond 1.
    shares = np.clip(points / (example.width, example.height), 0, 1)
    return [float(share) for share in shares.ravel()]


def _text(numbers: Iterable[float]) -> str:
    return " ".join(str(each) if isinstance(each, int) else f"{each:.6f}" for each in numbers)
