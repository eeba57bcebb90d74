"""The Store in a local folder."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from os.path import dirname
from pathlib import Path

from plugin.domain.errors import NotFoundError
from plugin.stores.backends.durable import (
    discard,
    link,
    link_into_place,
    make_folders,
    sync_all,
    write_beside,
)
from plugin.stores.backends.walking import files_below
from plugin.stores.objects import Copy, Listed, Pair, check_key


class FolderStore:
    """Objects as files below one folder: written beside, synced, then moved into place.

    Not `synced`, what was written outlives the process but not a power cut.
    """

    def __init__(self, root: Path, *, synced: bool = True) -> None:
        self.root = root.resolve()
        self.synced = synced
        self._prefix = f"{self.root}/"

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""
        path = self._path(key)
        beside = self._write_synced(path, data)
        os.replace(beside, path)
        self._sync_all([dirname(path)])

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""
        path = self._path(key)
        if os.path.exists(path):
            return False
        created = link_into_place(self._write_synced(path, data), path)
        if created:
            self._sync_all([dirname(path)])
        return created

    def create_all(self, objects: Sequence[tuple[str, bytes]]) -> list[bool]:
        """Create many objects, synced at once; False for a key that was taken."""
        paths = [self._path(key) for key, _ in objects]
        beside: list[str] = []
        try:
            for path, (_, data) in zip(paths, objects, strict=True):
                beside.append(write_beside(path, data))
            self._sync_all(beside)
            created = [link_into_place(*each) for each in zip(beside, paths, strict=True)]
        except OSError:
            discard(beside)
            raise
        self._sync_all(map(dirname, paths))
        return created

    def copy_all(self, copies: Sequence[Copy]) -> list[bool]:
        """Give files other names, too: hard links, which take no space; False for a taken one.

        Raises:
            NotFoundError: there is no file of a first key.
        """
        paths = [self._path(copy.other_key) for copy in copies]
        copied = []
        for copy, path in zip(copies, paths, strict=True):
            make_folders(dirname(path))
            try:
                copied.append(link(self._path(copy.key), path))
            except FileNotFoundError:
                raise NotFoundError("object", copy.key) from None
        self._sync_all(map(dirname, paths))
        return copied

    def create_pairs(self, pairs: Sequence[Pair]) -> list[bool]:
        """Make pairs of objects durable together: never a second one without its first.

        All of the files are synced at once, which makes a group of sixteen several times as fast as
        its files one by one.

        Raises:
            OSError: the disk refused; none of the second objects is there.
        """
        firsts = [self._path(pair.first_key) for pair in pairs]
        seconds = [self._path(pair.second_key) for pair in pairs]
        beside: list[str] = []
        linked: list[str] = []
        try:
            for pair, first, second in zip(pairs, firsts, seconds, strict=True):
                beside.append(write_beside(first, pair.first))
                os.replace(beside[-1], first)
                beside[-1] = write_beside(second, pair.second)
            self._sync_all([*firsts, *beside, *map(dirname, firsts)])
            created = []
            for written, second in zip(beside, seconds, strict=True):
                created.append(link_into_place(written, second))
                linked += [second] if created[-1] else []
            self._sync_all(map(dirname, linked))
        except OSError:
            discard([*linked, *beside])
            raise
        return created

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """
        try:
            with open(self._path(key), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise NotFoundError("object", key) from None

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the objects under keys, in their order; None where there is none."""
        for key in keys:
            try:
                yield self.get(key)
            except NotFoundError:
                yield None

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""
        return os.path.isfile(self._path(key))

    def existing(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which there is an object."""
        return set(filter(self.exists, keys))

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with suppress(FileNotFoundError):
            os.unlink(self._path(key))

    def delete_all(self, keys: Iterable[str]) -> None:
        """Remove many objects; nothing happens for those that are not there."""
        for key in keys:
            self.delete(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""
        for entry in files_below(self._path(prefix.removesuffix("/"))):
            yield entry.path.removeprefix(self._prefix)

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Yield what lies below a prefix that ends in `/`, sorted by key; no object is read."""
        for entry in files_below(self._path(prefix.removesuffix("/"))):
            with suppress(FileNotFoundError):  # moved on since
                modified = entry.stat().st_mtime
                yield Listed(entry.path.removeprefix(self._prefix), modified)

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read."""
        folder = self._path(prefix.removesuffix("/")) if prefix else str(self.root)
        if not os.path.isdir(folder):
            return []
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())

    def location(self, key: str) -> str:
        """Where a person finds an object, or a folder."""
        return self._path(key)

    def _path(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _sync_all(self, paths: Iterable[str]) -> None:
        if self.synced:
            sync_all(paths)

    def _write_synced(self, path: str, data: bytes) -> str:
        beside = write_beside(path, data)
        try:
            self._sync_all([beside])
        except OSError:
            discard([beside])
            raise
        return beside
