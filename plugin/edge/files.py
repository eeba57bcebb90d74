"""Files that are there as a whole or not at all, and folders that one process has for itself.

Nothing is synced: a process may crash at any moment and lose nothing, a power cut may cost the
last seconds. An edge device's flash card wears out by syncing, and its next frame comes soon.
"""

import fcntl
from pathlib import Path
from typing import IO

from plugin.domain.errors import FieldError, InvalidInputError

BESIDE = ".tmp"
"""What a file is called while it is being written."""

MAX_SLOTS = 64
"""Processes that may share one folder, each with a sub-folder of its own."""


def write_file(path: Path, content: bytes) -> None:
    """Write or replace a file.

    Raises:
        OSError: it could not be written; what was there before still is.
    """
    beside = path.with_name(path.name + BESIDE)
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def lock(folder: Path) -> IO[str] | None:
    """Take a folder for this process until the file is closed; None when another one has it."""
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def claim(folder: Path) -> tuple[Path, IO[str]]:
    """The first sub-folder (`0`, `1` …) that no living process has, and its lock.

    Raises:
        InvalidInputError: the folder cannot be written, or too many processes share it.
    """
    for number in range(MAX_SLOTS):
        slot = folder / str(number)
        try:
            slot.mkdir(parents=True, exist_ok=True)
            locked = lock(slot)
        except OSError as error:
            expected = f"a folder that can be written ({error.strerror})"
            raise InvalidInputError(FieldError("spool", str(folder), expected)) from error
        if locked:
            return slot, locked
    expected = f"a folder that fewer than {MAX_SLOTS} processes share"
    raise InvalidInputError(FieldError("spool", str(folder), expected))
