"""The files below a folder, in the order in which an object store would list them."""

import os
from collections.abc import Iterator


def files_below(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield every file below a folder, in the order of their paths; none where there is no folder.

    Hidden ones, which are being written, are left out.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=_rank)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in found:
        if entry.is_dir():
            yield from files_below(entry.path)
        elif not entry.name.startswith("."):
            yield entry


def _rank(entry: os.DirEntry[str]) -> str:
    """A folder ranks as its content's keys do: `a-b` before `a/b` before `ab`."""
    return f"{entry.name}/" if entry.is_dir() else entry.name
