"""Frames that were sent a second time while nobody knew how their first call ended, in `doubted/`.

Label Studio may still do that first call, long after it hung up: then a frame is two tasks. So they
are looked for again, at the times that are written here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore

LOOKS_AFTER = (timedelta(minutes=10), timedelta(hours=1))
"""From when they were sent again; a call that goes on for longer than the last is not expected."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Frames of a batch that may come to be two tasks each.

    `looks` are the times of the looks still to come. `both` are frames of which two tasks hold
    somebody's work: neither may go, and a person is to choose.
    """

    key: str = ""
    batch: str
    frame_ids: tuple[str, ...]
    looks: tuple[datetime, ...]
    both: tuple[str, ...] = ()

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for a look, also on a clock that was set back."""
        last = LOOKS_AFTER[-1]
        return not self.looks or not now < min(self.looks) <= now + last


class Doubts:
    """Reads and writes the doubts of all projects."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def note(self, project: str, batch: str, frame_ids: Sequence[str], now: datetime) -> None:
        """Note that frames are about to be sent again; what is in doubt for longer stays so."""
        key = f"projects/{project}/doubted/{batch}/{frame_ids[0]}.json"
        before = read(self._store, key, Doubt)
        known, both = (before.frame_ids, before.both) if before else ((), ())
        looks = tuple(now + wait for wait in LOOKS_AFTER)
        together = tuple(dict.fromkeys((*known, *frame_ids)))
        self.replace(Doubt(key=key, batch=batch, frame_ids=together, looks=looks, both=both))

    def replace(self, doubt: Doubt) -> None:
        """Note what changed."""
        self._store.put(doubt.key, encode(doubt))

    def end(self, doubt: Doubt) -> None:
        """Note that nothing is in doubt any more."""
        self._store.delete(doubt.key)

    def of_project(self, project: str) -> list[Doubt]:
        """Everything that is in doubt, or is a person's to decide."""
        return list(read_all(self._store, f"projects/{project}/doubted/", Doubt))

    def due(self, project: str, now: datetime) -> list[Doubt]:
        """What it is time to look at."""
        return [doubt for doubt in self.of_project(project) if doubt.is_due(now)]
