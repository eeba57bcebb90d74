"""The formats that there are, and which of them a task type can be written in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.training_set.formats import coco, folders, masks, tables, voc, yolo
from plugin.training_set.formats.contents import Contents, File

_DETECTION, _SEGMENTATION = TaskType.OBJECT_DETECTION, TaskType.INSTANCE_SEGMENTATION
_POSES, _ONE_LABEL = TaskType.KEYPOINT_DETECTION, TaskType.CLASSIFICATION
_LABELS = TaskType.MULTI_LABEL_CLASSIFICATION


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a version; `words` are how a person knows it."""

    name: str
    words: str
    task_types: tuple[TaskType, ...]
    write: Callable[[Contents], Iterator[File]]


FORMATS = (
    Format("coco", "COCO", (_DETECTION, _SEGMENTATION, _POSES), coco.write),
    Format("yolo", "YOLO", (_DETECTION, _SEGMENTATION, _POSES), yolo.write),
    Format("yolo-obb", "YOLO OBB", (_DETECTION, _SEGMENTATION), yolo.write_turned),
    Format("voc", "Pascal VOC", (_DETECTION,), voc.write),
    Format("masks", "Masks as PNG", (_SEGMENTATION,), masks.write),
    Format("folders", "A folder a class", (_ONE_LABEL,), folders.write),
    Format("csv", "CSV", (_ONE_LABEL, _LABELS), tables.write),
)


def fitting(task_type: TaskType) -> tuple[Format, ...]:
    """The formats that have a place for everything of a task type."""
    return tuple(each for each in FORMATS if task_type in each.task_types)


def choose(names: Iterable[str], task_type: TaskType) -> tuple[Format, ...]:
    """Formats by their names, each once.

    Raises:
        InvalidInputError: there is none of a name, or it does not fit the task type; or no name.
    """
    fit = {each.name: each for each in fitting(task_type)}
    expected = f"one of {', '.join(fit)}, which fit {task_type}"
    wanted = tuple(dict.fromkeys(names))
    wrong = [FieldError("format", name, expected) for name in wanted if name not in fit]
    if wrong or not wanted:
        raise InvalidInputError(*wrong or [FieldError("format", "", expected)])
    return tuple(fit[name] for name in wanted)
