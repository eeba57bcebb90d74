"""What Label Studio tells us, as values of our own; light to import, unlike its SDK."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UPLOADS_PER_CALL = 100
"""Label Studio answers 500 to more files in one request."""

TASKS_PER_PAGE = 1000
"""Of those that are asked for their ids or their data alone."""

MANAGING = frozenset({"OW", "AD", "MA"})
"""Roles of Enterprise that manage: owner, administrator, manager."""


@dataclass(frozen=True, slots=True)
class ProjectCounts:
    """What Label Studio counts in one project, in tasks."""

    total: int
    finished: int
    skipped: int


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """What Label Studio counts in one project: its tasks, and the annotations on them.

    `finished` and `skipped` count annotations, of which a task may have several.
    """

    tasks: int
    finished: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An annotation that somebody began and did not submit; `seconds` is the time it took so far.

    `annotation_id` is the submitted annotation that it changes, None where it is a new one.
    """

    reviewer: str
    at: datetime
    seconds: float | None
    annotation_id: int | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Label Studio calls when something happens in a project, and with which headers."""

    project: int
    url: str
    headers: Mapping[str, str]
    actions: frozenset[str]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as Label Studio has it: our data fields and the annotations as it stores them."""

    id: int
    data: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project as Label Studio has it; `label_config` is empty where it was not asked for."""

    id: int
    title: str
    description: str
    label_config: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that Label Studio stores: `name` is ours, `address` what a task's data may name.

    `size` in bytes, None where its content is gone.
    """

    id: int
    name: str
    address: str
    size: int | None


def filters(field: str, operator: str, kind: str, value: object) -> dict[str, Any]:
    """A filter of the Data Manager, in its own format."""
    item = {"filter": field, "operator": operator, "type": kind, "value": value}
    return {"conjunction": "and", "items": [item]}


def of_frames(frame_ids: Sequence[str]) -> dict[str, Any]:
    """The filter for the tasks of some frames."""
    return filters("filter:tasks:data.frame_id", "regex", "String", f"^({'|'.join(frame_ids)})$")
