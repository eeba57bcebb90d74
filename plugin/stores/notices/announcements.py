"""Announcements of training sets in the Store.

    retrain/<project>/begun.json                a version is about to be made and announced
    retrain/<project>/since.json                when the schedule was first looked at
    retrain/<project>/announced/000003.json     the announcement of version 3, kept for good
    retrain/<project>/open/000003.json          some of it is yet to be delivered

The mark in `open/` is written first and removed last: what a crash leaves behind is found.
"""

from datetime import datetime

import msgspec

from plugin.domain.announcing import Announcement, Begun
from plugin.domain.errors import NotFoundError
from plugin.stores.documents import encode, name_of, read, read_those
from plugin.stores.objects import ObjectStore


class _Since(msgspec.Struct, frozen=True):
    at: datetime


class Announcements:
    """Reads and writes announcements. Who writes holds the project's lock."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def begun(self, project: str) -> Begun | None:
        """What was begun and not finished."""
        return read(self._store, _key(project, "begun"), Begun)

    def save_begun(self, project: str, begun: Begun) -> None:
        """Note that a version is about to be made, in place of what was noted before."""
        self._store.put(_key(project, "begun"), encode(begun))

    def end_begun(self, project: str) -> None:
        """Note that it was made and is announced, or that there was nothing new."""
        self._store.delete(_key(project, "begun"))

    def since(self, project: str, now: datetime) -> datetime:
        """When the schedule of a project was first looked at: now, where it never was."""
        key = _key(project, "since")
        found = read(self._store, key, _Since)
        if found is None:
            self._store.create(key, encode(_Since(now)))
        return found.at if found else now

    def add(self, announcement: Announcement) -> bool:
        """Keep a new announcement; False where its version was announced before."""
        self._mark(announcement)
        key = _announced(announcement.project, announcement.version)
        created = self._store.create(key, encode(announcement))
        if not created:
            self._settle(self.get(announcement.project, announcement.version))
        return created

    def save(self, announcement: Announcement) -> None:
        """Replace an announcement."""
        if not announcement.is_over:
            self._mark(announcement)
        self._store.put(
            _announced(announcement.project, announcement.version), encode(announcement)
        )
        self._settle(announcement)

    def find(self, project: str, version: int) -> Announcement | None:
        """The announcement of a version."""
        return read(self._store, _announced(project, version), Announcement)

    def get(self, project: str, version: int) -> Announcement:
        """The announcement of a version.

        Raises:
            NotFoundError: it was not announced.
        """
        found = self.find(project, version)
        if found is None:
            raise NotFoundError("announcement of version", str(version))
        return found

    def open(self, project: str) -> list[Announcement]:
        """What is yet to be delivered, oldest first."""
        names = map(name_of, self._store.keys(f"retrain/{project}/open/"))
        keys = [_announced(project, int(name)) for name in names]
        return list(read_those(self._store, keys, Announcement))

    def newest(self, project: str, limit: int) -> list[Announcement]:
        """The newest announcements, newest first."""
        keys = sorted(self._store.keys(f"retrain/{project}/announced/"), reverse=True)
        return list(read_those(self._store, keys[:limit], Announcement))

    def _mark(self, announcement: Announcement) -> None:
        self._store.create(_open(announcement.project, announcement.version), b"{}")

    def _settle(self, announcement: Announcement) -> None:
        if announcement.is_over:
            self._store.delete(_open(announcement.project, announcement.version))


def _key(project: str, name: str) -> str:
    return f"retrain/{project}/{name}.json"


def _announced(project: str, version: int) -> str:
    return f"retrain/{project}/announced/{version:06d}.json"


def _open(project: str, version: int) -> str:
    return f"retrain/{project}/open/{version:06d}.json"
