"""Notes of imports that were begun, in `importing/`: one that outlives its import tells of a crash.

Each lies under its batch and the first of its frames, so that two workers that do not know of each
other cannot both begin the same import.
"""

from datetime import datetime

import msgspec

from plugin.stores.documents import encode, read
from plugin.stores.earlier_forms import IMPORT_NOTE
from plugin.stores.objects import ObjectStore


class ImportNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Frames whose import into a batch was begun.

    `answered` says that no call is under way any more. Of an import whose answer was lost, Label
    Studio may still be doing it: `missed_at` is when we first looked for its tasks in vain.
    `failures` counts the calls that failed, the next is due at `retry_at`; `tries` counts those
    failures of a single frame that had others succeed beside them; `begun` those tries of which
    nobody knows how they ended.
    """

    key: str = ""
    batch: str = ""
    frame_ids: tuple[str, ...]
    answered: bool = False
    missed_at: datetime | None = None
    tries: int = 0
    failures: int = 0
    begun: int = 0
    retry_at: datetime | None = None
    error: str = ""


class ImportNotes:
    """Reads and writes the notes of all projects."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def begin(self, project: str, batch: str, frame_ids: tuple[str, ...]) -> ImportNote | None:
        """Note that an import begins; None when somebody began one with the same first."""
        key = _key(project, batch, frame_ids)
        note = ImportNote(key=key, batch=batch, frame_ids=frame_ids)
        return note if self._store.create(key, encode(note, IMPORT_NOTE)) else None

    def replace(self, note: ImportNote) -> None:
        """Note what changed."""
        self._store.put(note.key, encode(note, IMPORT_NOTE))

    def split(self, project: str, note: ImportNote) -> None:
        """Make two notes of one, so that what holds up its frames is found."""
        half = len(note.frame_ids) // 2
        for frame_ids in (note.frame_ids[half:], note.frame_ids[:half]):  # the second replaces it
            key = _key(project, note.batch, frame_ids)
            self.replace(msgspec.structs.replace(note, key=key, frame_ids=frame_ids))

    def end(self, note: ImportNote) -> None:
        """Note that an import is finished."""
        self._store.delete(note.key)

    def of_project(self, project: str) -> list[ImportNote]:
        """Imports that were begun and not finished."""
        prefix, found = f"projects/{project}/importing/", []
        for key in self._store.keys(prefix):
            note = read(self._store, key, ImportNote, IMPORT_NOTE)
            if note:
                found.append(msgspec.structs.replace(note, key=key))
        return found


def _key(project: str, batch: str, frame_ids: tuple[str, ...]) -> str:
    return f"projects/{project}/importing/{batch}/{frame_ids[0]}.json"
