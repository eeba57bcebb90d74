"""Puts versions of training sets into a Store as they are, without the reviews behind them."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from plugin.domain.prediction import TaskType
from plugin.domain.splitting import SPLITS
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import Contents
from plugin.training_set.segments import Record, Row
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Certificate, Changes, Version
from tests.samples import NOW


def version(number: int, images: int, *, at: datetime = NOW, **more: Any) -> Version:
    """A version with so many images, and three annotations on each."""
    fields: dict[str, Any] = {
        "version": number, "parent": number - 1, "created_at": at, "images": images,
        "task_type": TaskType.OBJECT_DETECTION, "classes": ("bolt", "dent", "scratch"),
        "annotations": 3 * images, "per_class": {"dent": 3 * images},
        "per_split": {"train": images, "val": 0, "test": 0}, "changes": Changes(added=images),
        "certificate": Certificate(at, images, 3 * images, counts="equal"),
    } | more  # fmt: skip
    return Version(**fields)


def publish(sets: TrainingSets, of: Contents, number: int = 1) -> Version:
    """Let what is written as formats be a version of `of.project`."""
    examples = list(of.examples())
    add_images(sets, of.project, examples, of.image)
    name = f"{number:06d}"
    rows = ((Record(each.image_id, each), _row(at)) for at, each in enumerate(examples))
    segment = sets.segments.write(of.project, name, rows)
    names = [box.class_name for each in examples for box in each.truth.boxes]
    names += [label.class_name for each in examples for label in each.truth.labels]
    per_split = Counter(each.split for each in examples)
    found = version(
        number, len(examples), task_type=of.task_type, classes=of.classes, keypoints=of.keypoints,
        annotations=len(names), per_class=dict(Counter(names)),
        per_split={split: per_split[split] for split in SPLITS},
        segments=(segment,) if segment else (),
    )  # fmt: skip
    sets.add(of.project, found)
    return found


def add_images(
    sets: TrainingSets, project: str, examples: Iterable[Example], image: Callable[[Example], bytes]
) -> None:
    kinds = ((each.sha256, each.file_name.rpartition(".")[2], image(each)) for each in examples)
    sets.add_images(project, kinds)


def _row(number: int) -> Row:
    return Row(id=number, look=0, scene=0, group=number, split=0, has_look=False)
