"""YOLO as Ultralytics writes it: a `data.yaml`, and a text file of labels for every image.

https://docs.ultralytics.com/datasets. An image without a label file is a negative.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import yaml

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Point, Prediction, TaskType
from plugin.domain.splitting import SPLITS
from plugin.domain.turned import turned
from plugin.formats.reading import around, brief
from plugin.training_set.reading.found import (
    IMAGES,
    FoundImage,
    FoundSet,
    file_in,
    folder_in,
    images_below,
    inside,
    text_of,
)

MAX_POINTS = 1000
"""Keypoints of a class that are believed; a number is quickly written."""


class _Loader(yaml.SafeLoader):
    """YAML without aliases: by them a small file is a huge value."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose what comes next, unless it is an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read: write the value itself")
        return super().compose_node(parent, index)


class _Kind(NamedTuple):
    """How lines are read: class names by number, values of a keypoint (0: no keypoints)."""

    classes: dict[int, str]
    task_type: TaskType
    values: int
    points: tuple[str, ...]


def data_files(root: Path) -> list[Path]:
    """The YAML files of a folder that name classes."""
    found = sorted((*root.glob("*.yaml"), *root.glob("*.yml")))
    return [path for path in found if "names" in _yaml(path)]


def read(root: Path, task_type: TaskType) -> FoundSet:
    """A set below a folder, or one `data.yaml`.

    Raises:
        InvalidInputError: there is no such file, or what it names is not there.
    """
    files = [root] if root.is_file() else data_files(root)
    if len(files) != 1:
        expected = "one file like data.yaml, with names; name the file where there are several"
        raise InvalidInputError(FieldError("from", str(root), expected))
    if not task_type.has_boxes:
        raise InvalidInputError(FieldError("format", "yolo", f"a format for {task_type}"))
    data = _yaml(files[0])
    kind = _kind(data, task_type)
    base = _base(files[0], data)
    images = [
        FoundImage(path, inside(path, base), split, partial(_truth, _labels_of(path), kind))
        for split in SPLITS
        for path in _listed(base, data.get(split), split)
    ]
    return FoundSet(tuple(kind.classes.values()), kind.points, images)


def _yaml(path: Path) -> dict[str, Any]:
    try:
        found = yaml.load(text_of(path), Loader=_Loader)  # noqa: S506  a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: of a 13th month
        raise InvalidInputError(FieldError("from", str(path), f"YAML: {error}")) from None
    return found if isinstance(found, dict) else {}


def _kind(data: dict[str, Any], task_type: TaskType) -> _Kind:
    names = data.get("names")
    rows = dict(enumerate(names)) if isinstance(names, list) else names
    if not isinstance(rows, dict) or not all(isinstance(key, int) for key in rows):
        expected = "a list of names, or names by their numbers"
        raise InvalidInputError(FieldError("data.yaml: names", brief(names), expected))
    classes = {key: str(rows[key]) for key in sorted(rows)}
    shape = data.get("kpt_shape", [0, 0])
    if task_type is not TaskType.KEYPOINT_DETECTION:
        return _Kind(classes, task_type, 0, ())
    if not _is_shape(shape):
        expected = "the number of keypoints and of their values, like [17, 3]"
        raise InvalidInputError(FieldError("data.yaml: kpt_shape", brief(shape), expected))
    given = data.get("kpt_names")
    named = next(iter(given.values()), None) if isinstance(given, dict) else None
    fits = isinstance(named, list) and len(named) == shape[0]
    points = named if fits and isinstance(named, list) else range(shape[0])
    return _Kind(classes, task_type, shape[1], tuple(map(str, points)))


def _is_shape(shape: object) -> TypeGuard[list[int]]:
    return (
        isinstance(shape, list)
        and len(shape) == 2
        and all(type(each) is int for each in shape)
        and 1 <= shape[0] <= MAX_POINTS
        and shape[1] in {2, 3}
    )


def _base(file: Path, data: dict[str, Any]) -> Path:
    """The folder that paths are relative to: beside the file, where `path` is not to be had.

    Raises:
        InvalidInputError: `path` leads out of the folder in which the file lies, or cannot be.
    """
    beside, given = file.parent.resolve(), str(data.get("path") or ".")
    found = folder_in(beside, given)
    if found is None:
        return beside
    named = found.resolve()
    if not named.is_relative_to(beside):
        expected = f"a folder below {beside}, where the file lies: put it into the set's own folder"
        raise InvalidInputError(FieldError("data.yaml: path", given, expected))
    return named


def _listed(base: Path, given: object, split: str) -> Iterator[Path]:
    """The images that a split names: folders, files that list images, or several of them."""
    places = given if isinstance(given, list) else [given] if given else []
    for place in places:
        if folder := folder_in(base, str(place)):
            yield from images_below(folder)
        elif path := file_in(base, str(place)):
            yield from _in_list(base, path)
        else:
            expected = f"a folder in {base}"
            raise InvalidInputError(FieldError(f"data.yaml: {split}", brief(place), expected))


def _in_list(base: Path, path: Path) -> Iterator[Path]:
    for line in text_of(path).splitlines():
        if Path(name := line.strip()).suffix.lower() in IMAGES:
            yield (file_in(base, name) or base / name).resolve()


def _labels_of(image: Path) -> Path:
    """`images/…/a.jpg` has its labels in `labels/…/a.txt`."""
    parts = list(image.with_suffix(".txt").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            parts[at] = "labels"
            break
    return Path(*parts)


def _truth(file: Path, kind: _Kind, width: int, height: int) -> Prediction:
    lines = text_of(file).splitlines() if file.is_file() else []
    boxes = [
        _box(line.split(), kind, (width, height), f"{file.name}:{at}")
        for at, line in enumerate(lines, start=1)
        if line.strip()
    ]
    return Prediction(width, height, tuple(boxes))


def _box(words: Sequence[str], kind: _Kind, size: tuple[int, int], place: str) -> Box:
    try:
        number, *values = [float(word) for word in words]
    except ValueError:
        raise InvalidInputError(FieldError(place, " ".join(words), "numbers")) from None
    name = kind.classes.get(int(number)) if number.is_integer() else None
    if name is None:
        expected = f"a class from 0 to {max(kind.classes, default=0)}"
        raise InvalidInputError(FieldError(place, words[0], expected))
    if len(values) == 4 or kind.values:
        return _upright(name, values, kind, size, place)
    if len(values) < 6 or len(values) % 2:
        expected = "centre, width and height, or x and y of three points at least"
        raise InvalidInputError(FieldError(place, " ".join(words), expected))
    points = _pixels(values, size)
    is_kept = kind.task_type is TaskType.INSTANCE_SEGMENTATION or turned(points)
    polygon = points if is_kept else ()
    return Box(name, 1.0, around(points), polygon)


def _upright(
    name: str, values: Sequence[float], kind: _Kind, size: tuple[int, int], place: str
) -> Box:
    if len(values) != 4 + kind.values * len(kind.points):
        expected = f"{4 + kind.values * len(kind.points)} numbers behind the class"
        raise InvalidInputError(FieldError(place, len(values), expected))
    x, y, width, height = values[:4]
    corners = _pixels([x - width / 2, y - height / 2, x + width / 2, y + height / 2], size)
    return Box(name, 1.0, (*corners[0], *corners[1]), keypoints=_keypoints(values[4:], kind, size))


def _keypoints(values: Sequence[float], kind: _Kind, size: tuple[int, int]) -> tuple[Keypoint, ...]:
    """Those that are there: with a visibility of 0, or at 0 0 without one, they are not."""
    found = []
    for at, name in enumerate(kind.points):
        x, y, *seen = values[at * kind.values : (at + 1) * kind.values]
        if (seen[0] if seen else x or y) > 0:
            found.append(Keypoint(name, *_pixels([x, y], size)[0]))
    return tuple(found)


def _pixels(shares: Sequence[float], size: tuple[int, int]) -> tuple[Point, ...]:
    pairs = zip(shares[::2], shares[1::2], strict=True)
    return tuple((round(x * size[0], 3), round(y * size[1], 3)) for x, y in pairs)
