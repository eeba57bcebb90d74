"""A backup as one tar file, which nobody but its owner may read.

store/<key>       every object
lists/000001.jsonl
head.json         written last
"""

import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import msgspec

from plugin.backup.contents import (
    MAX_OBJECT,
    BackupError,
    Head,
    Line,
    decode_head,
    decode_lines,
    safe_key,
)
from plugin.backup.places import Copied

_STORE, _LISTS, _HEAD = "store/", "lists/", "head.json"


@dataclass(frozen=True)
class Tarred:
    """One backup in one file."""

    path: Path

    @contextmanager
    def writer(self, name: str) -> "Iterator[_Writer]":
        """What takes a backup; the file has its name once it is whole.

        Raises:
            BackupError: the file is there already, or cannot be written.
        """
        if self.path.exists():
            raise BackupError(f"{self.path}: is there already, expected a new file")
        beside = self.path.with_name(f".{self.path.name}.{name}")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise BackupError(f"{self.path}: {error.strerror}") from error
        try:
            with os.fdopen(handle, "wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                    writer = _Writer(archive)
                    yield writer
                file.flush()
                os.fsync(file.fileno())
            if writer.ended:
                beside.rename(self.path)  # not a link: disks to carry away often have none
        finally:
            beside.unlink(missing_ok=True)

    def newest(self) -> None:
        """None: a file is written once, whole."""

    @contextmanager
    def reader(self, name: str) -> "Iterator[_Reader]":
        """What gives the backup back; it has no name but the file's.

        Raises:
            BackupError: there is no such file, or it is no tar.
        """
        if name:
            raise BackupError(f"--backup: {name!r}, expected none: a file holds one backup")
        try:
            with tarfile.open(self.path, "r:") as archive:
                yield _Reader(self.path, archive)
        except (tarfile.TarError, EOFError) as error:
            raise BackupError(f"{self.path}: {error}, expected a whole tar file") from error
        except OSError as error:
            if error.filename is None:
                raise
            raise BackupError(f"{self.path}: {error.strerror}") from error


@dataclass
class _Writer:
    archive: tarfile.TarFile
    ended: bool = False

    def add(self, objects: Iterable[Copied]) -> None:
        """Write objects."""
        for each in objects:
            self._write(f"{_STORE}{each.key}", each.data)

    def add_list(self, name: str, data: bytes) -> None:
        """Write a list."""
        self._write(f"{_LISTS}{name}", data)

    def end(self, head: Head) -> None:
        """Write the head."""
        self._write(_HEAD, msgspec.json.encode(head))
        self.ended = True

    def _write(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o600
        self.archive.addfile(member, BytesIO(data))
        _forget(self.archive)


@dataclass
class _Reader:
    path: Path
    archive: tarfile.TarFile
    name: str = "the file"
    _lists: dict[str, int] = field(default_factory=dict)
    _head: Head | None = None

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Yield every object in the order of the file; what else it may hold is refused."""
        while (member := self.archive.next()) is not None:
            _forget(self.archive)
            if self._head is not None or not member.isreg():
                raise BackupError(f"{self.path}: {member.name!r}, expected objects of a Store only")
            if member.name == _HEAD:
                self._head = decode_head(self._read(member), str(self.path))
            elif member.name.startswith(_LISTS):
                self._lists[member.name.removeprefix(_LISTS)] = member.offset
            else:
                key = safe_key(member.name.removeprefix(_STORE), str(self.path))
                if not member.name.startswith(_STORE):
                    raise BackupError(f"{self.path}: {member.name!r}, expected {_STORE}…")
                yield key, self._read(member)

    def head(self) -> Head:
        """The head, which is the last thing in the file."""
        if self._head is None:
            raise BackupError(f"{self.path}: has no end: the backup was cut short")
        return self._head

    def lines(self) -> Iterator[Line]:
        """Yield its lines."""
        for listed in self.head().lists:
            yield from decode_lines(self._list(listed.name, listed.sha256), str(self.path))

    def _list(self, name: str, expected: str) -> bytes:
        if (offset := self._lists.get(name)) is None:
            raise BackupError(f"{self.path}: {name} is missing")
        self.archive.offset = offset  # where its header is
        member = self.archive.next()
        _forget(self.archive)
        data = self._read(member) if member else b""
        if sha256(data).hexdigest() != expected:
            raise BackupError(f"{self.path}: {name} was changed since the backup was made")
        return data

    def _read(self, member: tarfile.TarInfo) -> bytes:
        if member.size > MAX_OBJECT:
            raise BackupError(f"{self.path}: {member.name!r} has {member.size} bytes, too many")
        file = self.archive.extractfile(member)
        data = file.read() if file else b""
        if len(data) != member.size:
            raise BackupError(f"{self.path}: {member.name!r} is cut short")
        return data


def _forget(archive: tarfile.TarFile) -> None:
    """Let go of the members that were met: an archive would remember every one of a million."""
    archive.members = []  # type: ignore[attr-defined]
