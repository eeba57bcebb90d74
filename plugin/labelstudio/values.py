"""What Label Studio tells us, as values of our own; light to import, unlike its SDK."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UPLOADS_PER_CALL = 100
"""Label Studio answers 500 to more files in one request."""


@dataclass(frozen=True, slots=True)
class ProjectCounts:
    """What Label Studio counts in one project, in tasks."""

    total: int
    finished: int
    skipped: int


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as Label Studio has it: our data fields and the annotations as it stores them."""

    id: int
    data: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]]
    updated_at: datetime
