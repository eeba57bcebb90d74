"""How many frames lie in each state of the spool, and for how long the oldest has been there."""

from typing import NamedTuple

from plugin.stores.objects import ObjectStore

STATES = ("pending", "awaiting", "failed")


class Depth(NamedTuple):
    """Frames in one state; `oldest` is when the first of them came (POSIX time), None without."""

    frames: int
    oldest: float | None


def spool_depth(store: ObjectStore, project: str, state: str) -> Depth:
    """Count a project's frames in one of STATES, by the times of their objects: none is read."""
    listing = store.listing(f"projects/{project}/frames/{state}/")
    written = [each.modified for each in listing if each.key.endswith(".json")]
    return Depth(len(written), min(written, default=None))
