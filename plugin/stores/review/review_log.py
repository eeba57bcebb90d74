"""Which reviews changed when: one entry for each look that saw a change, and never changed.

    projects/<project>/review-log/<day>/<time>-<chance>.json

A reader keeps a cursor. Entries that are written at the same moment by several machines may come
into sight out of order, so what is younger than `OVERLAP` is listed again, and known by its key.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import msgspec

from plugin.stores.documents import encode, read_those
from plugin.stores.objects import ObjectStore

OVERLAP = timedelta(hours=1)
"""How late an entry may come into sight: clocks differ, and a process may have been paused."""

_TIME = "%Y%m%dT%H%M%S%fZ"


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far somebody has read: the newest key, and those within `OVERLAP` before it."""

    last: str = ""
    seen: tuple[str, ...] = ()


class ReviewsChanged(msgspec.Struct, frozen=True):
    """The frames, by their ids, whose reviews one look at a batch changed."""

    batch: str
    frame_ids: tuple[str, ...]


class ReviewLog:
    """Appends what changed, and reads on from a cursor."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def append(self, project: str, changed: ReviewsChanged, at: datetime) -> None:
        """Note that reviews were saved or withdrawn; call it after they were.

        Raises:
            OSError: the Store refused; what was saved is to be saved and noted again.
        """
        when = at.astimezone(UTC)
        name = f"{when.strftime(_TIME)}-{token_hex(4)}.json"
        key = f"{_folder(project)}{when:%Y-%m-%d}/{name}"
        self._store.create(key, encode(changed))

    def entries(self, project: str, cursor: Cursor) -> tuple[list[str], Cursor]:
        """Keys of the entries behind a cursor, oldest first, and the cursor behind them."""
        start = _time_of(cursor.last) - OVERLAP if cursor.last else _FIRST
        keys = [key for key in self._from_day(project, start) if _time_of(key) >= start]
        new = sorted(set(keys).difference(cursor.seen))
        if not new:
            return [], cursor
        last = max(new[-1], cursor.last)
        recent = _time_of(last) - OVERLAP
        seen = {key for key in (*keys, *cursor.seen) if _time_of(key) >= recent}
        return new, Cursor(last, tuple(sorted(seen)))

    def read(self, keys: Iterable[str]) -> Iterator[ReviewsChanged]:
        """Yield entries by their keys."""
        return read_those(self._store, keys, ReviewsChanged)

    def _from_day(self, project: str, start: datetime) -> Iterator[str]:
        """Every key of a day and of those after it; the days before are not listed."""
        for day in self._store.folders(_folder(project)):
            if day >= f"{start:%Y-%m-%d}":
                yield from self._store.keys(f"{_folder(project)}{day}/")


_FIRST = datetime(1970, 1, 2, tzinfo=UTC)


def _folder(project: str) -> str:
    return f"projects/{project}/review-log/"


def _time_of(key: str) -> datetime:
    written = key.rpartition("/")[2].partition("-")[0]
    return datetime.strptime(written, _TIME).replace(tzinfo=UTC)
