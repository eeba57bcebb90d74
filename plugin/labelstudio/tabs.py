"""Tabs of the Data Manager: their orders, by data fields that every task of ours carries.

Label Studio sorts by the first field alone and, on PostgreSQL, as text; hence one field for each
order, of a fixed width.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

SHUFFLED = "tasks:data.shuffle"
"""At random, the same for everybody: the field holds a hash of the event."""

BY_URGENCY = "tasks:data.order"
"""Highest priority first, then most uncertain first, then oldest first."""

FIELD = "filter:tasks:data.reviewer"
"""The filter by the data field that says who has a task."""

HIDDEN = [
    f"tasks:{column}"
    for column in (
        "inner_id", "total_predictions", "annotations_results", "annotations_ids",
        "predictions_results", "predictions_score", "predictions_model_versions", "file_upload",
        "storage_filename", "created_at",
        "updated_at", "updated_by", "avg_lead_time", "draft_exists", "data.frame_id",
        "data.event_id", "data.order", "data.shuffle",
    )
]  # fmt: skip
"""Columns of the Data Manager that say nothing to a reviewer."""

_WIDTHS = {
    "id": 80, "completed_at": 150, "total_annotations": 60, "cancelled_annotations": 60,
    "annotators": 120, "data.image": 110, "data.deployment": 125,
    "data.model_version": 145, "data.rule": 110, "data.tags": 115, "data.priority": 115,
    "data.uncertainty": 135, "data.captured_at": 180, "data.reviewer": 140,
}  # fmt: skip

COLUMNS: dict[str, Any] = {
    "hiddenColumns": {"explore": HIDDEN, "labeling": HIDDEN},
    "columnsWidth": {f"tasks:{column}": pixels for column, pixels in _WIDTHS.items()},
    # Else Label Studio sorts and filters them as text.
    "columnsDisplayType": {"tasks:data.priority": "Number", "tasks:data.uncertainty": "Number"},
}
"""How a tab shows its columns: what is hidden, how wide the others are, which are numbers."""


def urgency(priority: int, uncertainty: float, captured_at: datetime) -> str:
    """The value of a task's `order`; `priority` from -1000 to 1000, `uncertainty` from 0 to 1."""
    time = captured_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{1000 - priority:04d} {1 - uncertainty:.4f} {time}"


def shuffled(draw: float) -> str:
    """The value of a task's `shuffle`, from a draw from 0 to 1."""
    return f"{int(draw * 1_000_000_000):09d}"


def reviewers_text(reviewers: Iterable[str]) -> str:
    """The value of a task's `reviewer`: the same people always give the same text."""
    return ", ".join(sorted(reviewers))


def pattern_of(reviewer: str) -> str:
    """A regular expression for those values that name a reviewer, and nobody who is like them.

    Label Studio gives it to its database: PostgreSQL and SQLite read it alike.
    """
    return f"(^|, ){re.escape(reviewer)}($|, )"
