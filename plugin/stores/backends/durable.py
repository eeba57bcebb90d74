"""Files that outlive a power cut: written beside, synced, then moved into place.

Paths are plain text here: every kept frame comes through, and pathlib costs as much as writing.
"""

import ctypes
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from io import FileIO
from itertools import count
from os.path import dirname

_writes = count()

WHOLE_FILESYSTEM_FROM = 3
"""Files from which on one sync of the whole filesystem beats one of each file (see benchmarks)."""


def write_beside(path: str, data: bytes) -> str:
    """Write a file next to where it shall lie, not yet synced; folders are made as needed."""
    folder, _, name = path.rpartition("/")
    # Of this one write alone, whatever threads and machines share the folder.
    beside = f"{folder}/.{name}.{os.getpid()}-{_token()}-{next(_writes)}"
    try:
        with os.fdopen(_create(beside), "wb", buffering=0) as file:
            _write_all(file, data)
    except OSError:
        discard([beside])
        raise
    return beside


def _create(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        make_folders(dirname(path))
        return os.open(path, flags, 0o600)


def _write_all(file: FileIO, data: bytes) -> None:
    """Write all of it: what is not buffered may be taken in parts."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def link_into_place(beside: str, path: str) -> bool:
    """Give a file its name unless that is taken; False when it was. `beside` is gone after it."""
    try:
        return link(beside, path)
    finally:
        os.unlink(beside)


def link(path: str, other: str) -> bool:
    """Give a file a second name, in a folder that is there; False when it is taken.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        os.link(path, other)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        return False
    return True


def make_folders(folder: str) -> None:
    """Make a folder and those above it so that they outlive a power cut."""
    if not os.path.isdir(folder):
        make_folders(dirname(folder))
        with suppress(FileExistsError):
            os.mkdir(folder)
        sync(dirname(folder))


def sync(path: str) -> None:
    """Make a file's content durable; of a folder, which names it holds."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(paths: Iterable[str]) -> None:
    """Make many files and folders of one filesystem durable."""
    distinct = list(dict.fromkeys(paths))
    if len(distinct) >= WHOLE_FILESYSTEM_FROM and _libc() is not None:
        _sync_filesystem(distinct[0])
    else:
        for path in distinct:
            sync(path)


def discard(paths: Iterable[str]) -> None:
    """Remove what a failed write left; another failure of the same disk is no news."""
    for path in paths:
        with suppress(OSError):
            os.unlink(path)


@cache
def _token() -> str:
    return secrets.token_hex(4)


def _sync_filesystem(path: str) -> None:
    libc = _libc()
    handle = os.open(path, os.O_RDONLY)
    try:
        if libc is not None and libc.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
    finally:
        os.close(handle)


@cache
def _libc() -> ctypes.CDLL | None:
    """The C library where it has `syncfs` (Linux), which Python's `os` does not wrap."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc if hasattr(libc, "syncfs") else None
