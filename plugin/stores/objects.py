"""The Store: durable objects under keys, in a local folder."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from plugin.domain.errors import NotFoundError

_KEY = re.compile(r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")


class ObjectStore(Protocol):
    """Durable objects under keys like `projects/parts/frames/…`."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""

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

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""
        path = self._path(key)
        beside = self._write_beside(path, data)
        beside.replace(path)
        _sync_folder(path.parent)

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""
        path = self._path(key)
        if path.exists():
            return False
        beside = self._write_beside(path, data)
        try:
            os.link(beside, path)  # unlike rename, a link never replaces what is there
        except FileExistsError:
            return False
        finally:
            beside.unlink()
        _sync_folder(path.parent)
        return True

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("object", key) from None

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""
        return self._path(key).exists()

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        self._path(key).unlink(missing_ok=True)

    def check(self) -> None:
        """Prove that the folder can be written to.

        Raises:
            OSError: it cannot.
        """
        _make_folders(self.root)
        with tempfile.TemporaryFile(dir=self.root):
            return

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""
        folder = self._path(prefix.removesuffix("/"))
        for here, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                if not name.startswith("."):
                    yield (Path(here) / name).relative_to(self.root).as_posix()

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read."""
        folder = self._path(prefix.removesuffix("/"))
        if not folder.is_dir():
            return []
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            # A bug of ours, never the user's: names are checked before they get here.
            raise ValueError(f"not a key: {key!r}")
        return self.root / key

    def _write_beside(self, path: Path, data: bytes) -> Path:
        if not path.parent.is_dir():
            _make_folders(path.parent)
        handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        return Path(name)


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it so that they outlive a power cut."""
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename or a link in this folder durable (fsync of the file alone does not)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
