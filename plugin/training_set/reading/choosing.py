"""Which format a set of files has."""

from pathlib import Path

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.training_set.reading import coco, folders, yolo
from plugin.training_set.reading.found import FoundSet

FORMATS = {"coco": coco.read, "yolo": yolo.read, "folder": folders.read}


def read_set(root: Path, task_type: TaskType, named: str | None = None) -> FoundSet:
    """A set of files; its format is recognised where it is not named.

    Raises:
        InvalidInputError: it has no format that fits the task type, or cannot be read.
    """
    if named is not None and named not in FORMATS:
        raise InvalidInputError(FieldError("format", named, f"one of {', '.join(FORMATS)}"))
    return FORMATS[named or _recognised(root, task_type)](root, task_type)


def _recognised(root: Path, task_type: TaskType) -> str:
    if not task_type.has_boxes:
        return "folder"
    if root.suffix in {".yaml", ".yml"} or (root.is_dir() and yolo.data_files(root)):
        return "yolo"
    return "coco"
