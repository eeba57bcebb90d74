"""Backups in a folder or a bucket: what they have in common is there once.

    objects/<ab>/<sha256>             content, under its sum, never changed
    backups/<name>/000001.jsonl       its objects, a line each
    backups/<name>/head.json          written last; names the lists with their sums

A second backup copies what changed, and the first stays as it was.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from plugin.backup.contents import BackupError, Head, Line, decode_head, decode_lines
from plugin.backup.places import Copied
from plugin.domain.errors import NotFoundError
from plugin.stores.backends.folder import FolderStore
from plugin.stores.objects import ObjectStore

_HEAD = "head.json"


@dataclass(frozen=True)
class KeptApart:
    """Backups in a folder or a bucket of their own."""

    store: ObjectStore

    @contextmanager
    def writer(self, name: str) -> "Iterator[_Writer]":
        """What takes a backup of this name; until it is ended, there is none."""
        if isinstance(self.store, FolderStore):
            self.store.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield _Writer(self.store, name)

    def newest(self) -> "_Reader | None":
        """The newest whole backup; None where there is none."""
        for name in reversed(self.store.folders("backups/")):
            if self.store.exists(f"backups/{name}/{_HEAD}"):
                return _Reader(self.store, name)
        return None

    @contextmanager
    def reader(self, name: str) -> "Iterator[_Reader]":
        """What gives a backup back; the newest where the name is "".

        Raises:
            BackupError: there is none.
        """
        found = _Reader(self.store, name) if name else self.newest()
        if found is None:
            raise BackupError(f"{self.store.location('backups')}: no backup that was ended")
        yield found


@dataclass(frozen=True)
class _Writer:
    store: ObjectStore
    name: str

    def add(self, objects: Iterable[Copied]) -> None:
        """Write objects whose content is not there yet."""
        by_key = {_object(each.sha256): each.data for each in objects}
        there = self.store.existing(list(by_key))
        self.store.create_all([each for each in by_key.items() if each[0] not in there])

    def add_list(self, name: str, data: bytes) -> None:
        """Write a list."""
        self.store.put(f"backups/{self.name}/{name}", data)

    def end(self, head: Head) -> None:
        """Write the head."""
        if not self.store.create(f"backups/{self.name}/{_HEAD}", msgspec.json.encode(head)):
            raise BackupError(f"{self.name}: there is a backup of this name already")


@dataclass(frozen=True)
class _Reader:
    store: ObjectStore
    name: str

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Yield every object, in the reverse of the order in which they were copied."""
        where = self.store.location("objects")
        for listed in reversed(self.head().lists):
            lines = list(self._list(listed.name, listed.sha256))[::-1]
            contents = self.store.get_all(_object(line.sha256) for line in lines)
            for line, data in zip(lines, contents, strict=True):
                if data is None:
                    raise BackupError(f"{where}: the content of {line.key} is missing")
                yield line.key, data

    def head(self) -> Head:
        """The head."""
        key = f"backups/{self.name}/{_HEAD}"
        return decode_head(self._get(key), self.store.location(key))

    def lines(self) -> Iterator[Line]:
        """Yield its lines."""
        for listed in self.head().lists:
            yield from self._list(listed.name, listed.sha256)

    def _list(self, name: str, expected: str) -> Iterator[Line]:
        key = f"backups/{self.name}/{name}"
        data, where = self._get(key), self.store.location(key)
        if sha256(data).hexdigest() != expected:
            raise BackupError(f"{where}: was changed since the backup was made")
        return decode_lines(data, where)

    def _get(self, key: str) -> bytes:
        try:
            return self.store.get(key)
        except NotFoundError:
            raise BackupError(f"{self.store.location(key)}: is missing") from None
        except ValueError:
            raise BackupError(f"{key!r}, expected the name of a backup") from None


def _object(digest: str) -> str:
    return f"objects/{digest[:2]}/{digest}"
