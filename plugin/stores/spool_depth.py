"""How many frames lie in each state of the spool, and for how long the oldest has been there."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from plugin.stores.objects import FolderStore

STATES = ("pending", "awaiting", "failed")


class Depth(NamedTuple):
    """Frames in one state; `oldest` is when the first of them came (POSIX time), None without."""

    frames: int
    oldest: float | None


def spool_depth(store: FolderStore, project: str, state: str) -> Depth:
    """Count a project's frames in one of STATES, by the files' own times: no record is read."""
    written = list(_written(store.root / "projects" / project / "frames" / state))
    return Depth(len(written), min(written, default=None))


def _written(folder: os.PathLike[str]) -> Iterator[float]:
    """When each record was written; one that is moved on meanwhile is left out."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if entry.name.endswith(".json") and not entry.name.startswith("."):
                try:
                    yield entry.stat().st_mtime
                except FileNotFoundError:
                    continue
