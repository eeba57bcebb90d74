"""What a backup says of itself: its head, and a line for every object."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from plugin.domain.errors import ActiveLearningError
from plugin.stores.objects import check_key

FORMAT = 1
"""Of a backup itself."""

LINES = 10_000
"""Objects in one list."""

MAX_OBJECT = 1_000_000_000
"""Bytes of an object at most; the largest that are posted have 200 MB."""

SUM = re.compile(r"[0-9a-f]{64}")


class BackupError(ActiveLearningError):
    """A backup cannot be made there, is not whole, or is none."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One object: its SHA-256 and size in bytes.

    `modified` is when it was written (POSIX time), 0 where it may have been written again within
    the same tick of the Store's clock, so that the next backup must look at it anew.
    """

    key: str
    sha256: str
    size: int
    modified: float = 0


class List(msgspec.Struct, frozen=True):
    """A part of the list of a backup, by its name and SHA-256."""

    name: str
    sha256: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A whole backup; it exists once this is there.

    `left_out` are the folders at the top of the Store that are not in it. `release` has made it,
    of a Store of `store_format`; `copied` counts the objects that this run read.
    """

    format: int = FORMAT
    name: str
    begun_at: datetime
    ended_at: datetime
    release: str
    store_format: int
    left_out: tuple[str, ...]
    objects: int
    bytes: int
    copied: int
    lists: tuple[List, ...]


def encode_lines(lines: Iterable[Line]) -> bytes:
    """A list as JSON lines."""
    return msgspec.json.Encoder().encode_lines(lines)


def decode_lines(data: bytes, where: str) -> Iterator[Line]:
    """Yield the lines of a list, every one checked: it may come from anywhere.

    Raises:
        BackupError: it is no list, or names what cannot be an object of a Store.
    """
    try:
        lines = msgspec.json.Decoder(Line).decode_lines(data)
    except msgspec.MsgspecError as error:
        raise BackupError(f"{where}: {error}, expected the list of a backup") from error
    for line in lines:
        safe_key(line.key, where)
        if not SUM.fullmatch(line.sha256):
            raise BackupError(f"{where}: sha256: {line.sha256!r}, expected 64 hex digits")
        yield line


def decode_head(data: bytes, where: str) -> Head:
    """The head of a backup.

    Raises:
        BackupError: it is none, or one of a newer release.
    """
    try:
        head = msgspec.json.decode(data, type=Head)
    except msgspec.MsgspecError as error:
        raise BackupError(f"{where}: {error}, expected the head of a backup") from error
    if head.format > FORMAT:
        raise BackupError(f"{where}: made by a newer release ({head.release}): upgrade first")
    return head


def safe_key(key: str, where: str) -> str:
    """The key, if it is one.

    Raises:
        BackupError: it is none, like a path that leads out of the Store.
    """
    try:
        return check_key(key)
    except ValueError:
        raise BackupError(f"{where}: {key!r}, expected the key of an object") from None
