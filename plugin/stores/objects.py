"""The Store: durable objects under keys, in a local folder."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from os.path import dirname
from pathlib import Path
from typing import NamedTuple, Protocol

from plugin.domain.errors import NotFoundError
from plugin.stores.durable import (
    discard,
    link_into_place,
    sync,
    sync_all,
    write_beside,
)

_KEY = re.compile(r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")


class Pair(NamedTuple):
    """Two objects of which the second names the first, like a frame's image and its record.

    The first is replaced where it exists: without its second it is what a crash left behind.
    """

    first_key: str
    first: bytes
    second_key: str
    second: bytes


class ObjectStore(Protocol):
    """Durable objects under keys like `projects/parts/frames/…`."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""

    def create_pairs(self, pairs: Sequence[Pair]) -> list[bool]:
        """Make pairs of objects durable together: never a second one without its first.

        Either all of it is done when this returns, or, when it raises, none of the second ones is
        there. False for a pair whose second key was taken.
        """

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read."""


class FolderStore:
    """Objects as files below one folder: written beside, synced, then moved into place."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._prefix = f"{self.root}/"

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""
        path = self._path(key)
        beside = self._write_synced(path, data)
        os.replace(beside, path)
        sync(dirname(path))

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""
        path = self._path(key)
        if os.path.exists(path):
            return False
        created = link_into_place(self._write_synced(path, data), path)
        if created:
            sync(dirname(path))
        return created

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
            sync_all([*firsts, *beside, *map(dirname, firsts)])
            created = []
            for written, second in zip(beside, seconds, strict=True):
                created.append(link_into_place(written, second))
                linked += [second] if created[-1] else []
            sync_all(map(dirname, linked))
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

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""
        return os.path.exists(self._path(key))

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with suppress(FileNotFoundError):
            os.unlink(self._path(key))

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""
        folder = self._path(prefix.removesuffix("/"))
        for here, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                if not name.startswith("."):
                    yield f"{here}/{name}".removeprefix(self._prefix)

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read."""
        folder = self._path(prefix.removesuffix("/"))
        if not os.path.isdir(folder):
            return []
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())

    def _path(self, key: str) -> str:
        if not _KEY.match(key):
            # A bug of ours, never the user's: names are checked before they get here.
            raise ValueError(f"not a key: {key!r}")
        return self._prefix + key

    @staticmethod
    def _write_synced(path: str, data: bytes) -> str:
        beside = write_beside(path, data)
        try:
            sync(beside)
        except OSError:
            discard([beside])
            raise
        return beside


def open_store(url: str) -> FolderStore:
    """Open the Store that `STORE_URL` names: a path, or `file:///…`.

    Raises:
        ValueError: another kind of address.
    """
    path = url.removeprefix("file://")
    if "://" in path:
        raise ValueError(
            f"STORE_URL: {url!r}, expected a folder (object stores are not supported yet)"
        )
    return FolderStore(Path(path).expanduser())
