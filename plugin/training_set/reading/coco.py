"""COCO: files of annotations, with their images beside them or in a folder of the split's name.

https://cocodataset.org/#format-data. An object with several polygons becomes a mask.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from plugin.domain import rle
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Prediction, TaskType
from plugin.formats import coco, reading
from plugin.formats.reading import UNREADABLE
from plugin.training_set.reading.found import FoundImage, FoundSet, file_in, inside, split_named

Row = Mapping[str, Any]

_KEPT = ("id", "image_id", "category_id", "bbox")


class _Category(msgspec.Struct):
    id: int | str
    name: str
    keypoints: list[str] = []


class _Image(msgspec.Struct):
    id: int | str
    file_name: str


class _OfImage(msgspec.Struct):
    image_id: int | str = ""


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[dict[str, Any]]
    categories: list[_Category]


def read(root: Path, task_type: TaskType) -> FoundSet:
    """A set below a folder, or one file of annotations.

    Raises:
        InvalidInputError: there is no such file, it is none, or an image of it is not there.
    """
    if not task_type.has_boxes:
        raise InvalidInputError(FieldError("format", "coco", f"a format for {task_type}"))
    files = annotation_files(root)
    if not files:
        expected = "a JSON file with images, annotations and categories"
        raise InvalidInputError(FieldError("from", str(root), expected))
    categories = [each for found in files.values() for each in found.categories]
    points = [point for each in categories for point in each.keypoints]
    images = [
        image for path, found in files.items() for image in _images(root, path, found, task_type)
    ]
    classes = tuple(dict.fromkeys(each.name for each in categories))
    return FoundSet(classes, tuple(dict.fromkeys(points)), images)


def annotation_files(root: Path) -> dict[Path, _File]:
    """The JSON files below a folder, or the one file, that hold what a set is made of."""
    paths = [root] if root.is_file() else sorted(root.rglob("*.json"))
    found = {path: _decoded(path) for path in paths}
    return {path: each for path, each in found.items() if each is not None}


def _decoded(path: Path) -> _File | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except UNREADABLE:  # JSON of something else
        return None


def _images(root: Path, path: Path, found: _File, task_type: TaskType) -> Iterator[FoundImage]:
    base = root.parent if root.is_file() else root
    split = split_named([path.stem, *reversed(path.relative_to(base).parent.parts)])
    folders = _folders(base, path, split or "")
    rows: defaultdict[int | str, list[Row]] = defaultdict(list)
    for row in found.annotations:
        rows[reading.read(row, _OfImage, f"{path.name}: annotations").image_id].append(row)
    categories = [msgspec.to_builtins(each) for each in found.categories]
    for image in found.images:
        there = next((each for f in folders if (each := file_in(f, image.file_name))), None)
        if there is None:
            expected = f"a file in {', '.join(map(str, folders))}"
            field = f"{path.name}: file_name"
            raise InvalidInputError(FieldError(field, image.file_name, expected))
        truth = partial(_truth, rows[image.id], categories, task_type)
        yield FoundImage(there, inside(there, base), split, truth)


def _folders(base: Path, path: Path, split: str) -> list[Path]:
    """Where the images of a file may lie, the likeliest first."""
    named = path.stem.removeprefix("instances_").removeprefix("person_keypoints_")
    names = [name for name in (named, split) if name]
    images = [base / "images" / name for name in names]
    beside = [path.parent, path.parent / "images", *(base / name for name in names)]
    return [folder for folder in (*images, *beside, base / "images", base) if folder.is_dir()]


def _truth(
    rows: Sequence[Row], categories: Sequence[Row], task_type: TaskType, width: int, height: int
) -> Prediction:
    results = [_result(row, task_type, width, height) for row in rows]
    data_set = {
        "images": [{"width": width, "height": height}],
        "categories": categories,
        "annotations": results,
    }
    return coco.decode(data_set, task_type)


def _result(row: Row, task_type: TaskType, width: int, height: int) -> Row:
    """An annotation as COCO's results have it: sure of itself, with what the task type needs."""
    result = {name: row[name] for name in _KEPT if name in row} | {"score": 1.0}
    if task_type is TaskType.INSTANCE_SEGMENTATION and row.get("segmentation"):
        result["segmentation"] = _one_outline(row["segmentation"], width, height)
    if task_type is TaskType.KEYPOINT_DETECTION and row.get("keypoints"):
        result["keypoints"] = row["keypoints"]
    return result


def _one_outline(given: object, width: int, height: int) -> object:
    """An outline as it is, or, of several polygons, the mask that they fill together."""
    if not isinstance(given, list) or len(given) < 2:
        return given
    # OpenCV is large, and whoever serves pages never gets here.
    from plugin.training_set.formats.outlines import filled  # noqa: PLC0415

    bitmap = np.zeros((height, width), np.bool_)
    for numbers in given:
        if not isinstance(numbers, list) or len(numbers) < 6 or len(numbers) % 2:
            return given  # whoever reads it says what is wrong
        if not all(isinstance(each, int | float) for each in numbers):
            return given
        bitmap |= filled(np.array(numbers, np.float64).reshape(-1, 2), width, height)
    return msgspec.to_builtins(rle.encode(bitmap))
