"""`dataset.json`: a set's own word on what it is, whatever its formats can say."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plugin.domain.prediction import TaskType
from plugin.training_set.formats.choosing import Format
from plugin.training_set.formats.contents import Contents, File
from plugin.training_set.formats.naming import folder_names

NAME = "dataset.json"
"""Written last: a set without it is not whole."""


class NamedClass(msgspec.Struct, frozen=True):
    """A class: its true name, its place (from 0), and the folder that stands for it."""

    index: int
    name: str
    folder: str


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a set is: `images` counts them by split."""

    project: str
    version: int
    created_at: datetime
    task_type: TaskType
    formats: tuple[str, ...]
    classes: tuple[NamedClass, ...]
    keypoints: tuple[str, ...]
    images: dict[str, int]


def describe(contents: Contents, formats: Sequence[Format], images: dict[str, int]) -> File:
    """The file of a set in these formats."""
    folders = folder_names(contents.classes)
    description = Description(
        project=contents.project,
        version=contents.version,
        created_at=contents.created_at,
        task_type=contents.task_type,
        formats=tuple(each.name for each in formats),
        classes=tuple(
            NamedClass(index, name, folders[name]) for name, index in contents.class_indices.items()
        ),
        keypoints=contents.keypoints,
        images=images,
    )
    return File(NAME, msgspec.json.format(msgspec.json.encode(description), indent=2))
