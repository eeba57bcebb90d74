"""What formats are written from, and what they write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Box, TaskType
from plugin.domain.splitting import SPLITS
from plugin.training_set.examples import Example

__all__ = ["SPLITS", "VISIBLE", "Contents", "File", "image_file", "point_rows"]

VISIBLE = 2
"""COCO's word for a point that is there and can be seen; 0 is a point that is not there."""


class File(NamedTuple):
    """A file of a set: its path below the set's folder, with `/`, and its content."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """One version of a training set, as formats read it.

    `examples` yields them by image id, anew at each call; `image` reads the image of one of them.
    """

    project: str
    version: int
    created_at: datetime
    task_type: TaskType
    classes: tuple[str, ...]
    keypoints: tuple[str, ...]
    examples: Callable[[], Iterator[Example]]
    image: Callable[[Example], bytes]

    @property
    def class_indices(self) -> dict[str, int]:
        """The place of each class, from 0."""
        return {name: index for index, name in enumerate(self.classes)}


def image_file(contents: Contents, example: Example) -> File:
    """The image of an example, in the folder of its split."""
    return File(f"images/{example.split}/{example.file_name}", contents.image(example))


def point_rows(box: Box, names: tuple[str, ...]) -> list[tuple[float, float, int]]:
    """The keypoints of a box in the order of the names, as x, y (pixels) and visibility.

    Raises:
        InvalidInputError: a point has none of these names.
    """
    found = {point.name: (point.x, point.y, VISIBLE) for point in box.keypoints}
    for name in found:
        if name not in names:
            raise InvalidInputError(FieldError("keypoints", name, f"one of {', '.join(names)}"))
    return [found.get(name, (0.0, 0.0, 0)) for name in names]
