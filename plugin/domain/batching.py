"""Batches: which frames go together into one Label Studio project."""

from datetime import datetime

import msgspec


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One Label Studio project: the frames of one period of one project, or a part of them.

    `size` counts the frames that we imported; `closed` says why it takes no more, if it does not.
    """

    name: str
    project: str
    period: str
    part: int
    title: str
    label_studio_id: int
    created_at: datetime
    classes: tuple[str, ...] = ()
    keypoints: tuple[str, ...] = ()
    size: int = 0
    closed: str = ""


def batch_name(period: str, part: int) -> str:
    """The name of a batch within its project: `2026-11-23`, then `2026-11-23.2`, …."""
    return period if part == 1 else f"{period}.{part}"


def title(project: str, name: str) -> str:
    """A Label Studio title, unique per batch: a project's name is short enough never to be cut."""
    return f"{project} · {name}"


def origin(project: str, name: str) -> str:
    """The line in a Label Studio project's description by which we know our own again."""
    return f"active-learning: project={project} batch={name}"
