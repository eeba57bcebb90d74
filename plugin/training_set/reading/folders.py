"""Image folders for classification: a folder a class, below one of its split where it has one."""

from functools import partial
from pathlib import Path

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Label, Prediction, TaskType
from plugin.domain.splitting import Split
from plugin.training_set.reading.found import (
    SPLIT_NAMES,
    FoundImage,
    FoundSet,
    images_below,
    inside,
)


def read(root: Path, task_type: TaskType) -> FoundSet:
    """A set of folders: `dent/1.jpg`, or `train/dent/1.jpg`.

    Raises:
        InvalidInputError: there are no folders with images.
    """
    if task_type.has_boxes:
        raise InvalidInputError(FieldError("format", "folder", f"a format for {task_type}"))
    classes = _classes(root)
    images = [
        FoundImage(path, inside(path, root), split, partial(_truth, folder.name))
        for folder, split in classes
        for path in images_below(folder)
    ]
    if not images:
        expected = "a folder with a folder of images for each class"
        raise InvalidInputError(FieldError("from", str(root), expected))
    return FoundSet(tuple(sorted({folder.name for folder, _ in classes})), (), images)


def _classes(root: Path) -> list[tuple[Path, Split | None]]:
    """The folders of classes, each with its split."""
    folders = _folders(root)
    # A class may be called `test`, too: the folder of a split has folders in it.
    of_splits: list[tuple[Path, Split | None]] = [
        (folder, split)
        for outer in folders
        if (split := SPLIT_NAMES.get(outer.name.lower()))
        for folder in _folders(outer)
    ]
    return of_splits or [(folder, None) for folder in folders]


def _folders(root: Path) -> list[Path]:
    found = root.iterdir() if root.is_dir() else ()
    return sorted(each for each in found if each.is_dir() and not each.name.startswith("."))


def _truth(name: str, width: int, height: int) -> Prediction:
    return Prediction(width, height, labels=(Label(name, 1.0),))
