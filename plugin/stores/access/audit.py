"""The audit log: who changed what, and when. It only ever grows."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice

import msgspec

from plugin.stores.documents import read_those
from plugin.stores.objects import ObjectStore

FOLDER = "audit"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change: `action` is a word like `settings.changed`, `subject` what it was done to."""

    at: datetime
    by: str
    action: str
    project: str = ""
    subject: str = ""
    detail: str = ""


class Audit:
    """Entries in the Store, one object each, in a folder per day (UTC)."""

    def __init__(self, store: ObjectStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def add(
        self, by: str, action: str, project: str = "", subject: str = "", detail: str = ""
    ) -> Entry:
        """Note a change; it is durable when this returns.

        Args:
            by: who did it, by e-mail address; `lsal` for the command line.
            action: a word, as in Entry.
            project: which project it is of, where it is of one.
            subject: what it was done to, like a batch's name.
            detail: the rest, in a sentence for people.
        """
        at = self._clock().astimezone(UTC)
        entry = Entry(at, by, action, project, subject, detail)
        key = f"{FOLDER}/{at:%Y/%m/%d}/{at:%H%M%S.%f}-{secrets.token_hex(4)}.json"
        self._store.create(key, msgspec.json.encode(entry))
        return entry

    def newest(self, limit: int, project: str = "") -> list[Entry]:
        """The newest entries, newest first; those of one project where it is named."""
        fitting = (entry for entry in self._all() if project in ("", entry.project))
        return list(islice(fitting, limit))

    def _all(self) -> Iterator[Entry]:
        for day in self._days():
            yield from read_those(self._store, sorted(self._store.keys(day), reverse=True), Entry)

    def _days(self) -> Iterator[str]:
        """Folders of days, newest first; older ones are listed when they are asked for."""
        for year in reversed(self._store.folders(f"{FOLDER}/")):
            for month in reversed(self._store.folders(f"{FOLDER}/{year}/")):
                for day in reversed(self._store.folders(f"{FOLDER}/{year}/{month}/")):
                    yield f"{FOLDER}/{year}/{month}/{day}/"
