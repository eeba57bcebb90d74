"""Where a set is handed over to: a folder, an archive or a bucket.

Whatever stops it half way, there is no half set under the name that was asked for, and nothing that
was there before is replaced.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from plugin.domain.errors import ConflictError, NotFoundError, UnavailableError
from plugin.stores.backends.durable import make_folders, sync, sync_all
from plugin.stores.objects import ObjectStore
from plugin.training_set.archive import zipped
from plugin.training_set.formats.contents import File
from plugin.training_set.formats.describing import NAME

UNDER_WAY = "handing-over.json"
"""In a bucket, what says which set is being written there; gone when it is whole."""

AT_ONCE = 32
"""Files that are written to a bucket together, and are in memory meanwhile."""


def write_folder(files: Iterable[File], folder: Path) -> None:
    """Write a set as a folder: beside it first, then under its name.

    Raises:
        ConflictError: there is something of this name.
        UnavailableError: the disk refused; nothing is left behind.
    """
    _refuse_taken(folder)
    beside = _beside(folder)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, beside, ignore_errors=True)
        with _writing(folder):
            make_folders(str(beside))
        written = [_write(beside, file, folder) for file in files]
        with _writing(folder):
            sync_all([*map(str, written), str(beside)])
            _move(beside, folder)
            sync(str(folder.parent))


def write_archive(files: Iterable[File], path: Path, at: datetime) -> None:
    """Write a set as a ZIP archive: beside it first, then under its name.

    Raises:
        ConflictError: there is something of this name.
        UnavailableError: the disk refused; nothing is left behind.
    """
    _refuse_taken(path)
    beside = _beside(path)
    with ExitStack() as undo:
        undo.callback(beside.unlink, missing_ok=True)
        with _writing(path):
            make_folders(str(path.parent))
            file = undo.enter_context(beside.open("wb"))
        for piece in zipped(files, at):
            with _writing(path):
                file.write(piece)
        with _writing(path):
            file.flush()
            os.fsync(file.fileno())
            _link(beside, path)
            sync(str(path.parent))


def write_bucket(files: Iterable[File], store: ObjectStore, folder: str, said: bytes) -> None:
    """Write a set below a folder of a bucket; `dataset.json` comes last, and makes it whole.

    A set that was cut short is completed when the same one is handed over again: `said` tells
    sets apart.

    Raises:
        ConflictError: something else is there.
        StoreError: the bucket refused.
    """
    under_way = f"{folder}/{UNDER_WAY}"
    if next(iter(store.keys(f"{folder}/")), None) and not _is_cut_short(store, folder, said):
        raise ConflictError(f"{store.location(folder)} is not empty: name a folder that is")
    store.put(under_way, said)
    left = ((f"{folder}/{path}", data) for path, data in files)
    while some := list(islice(left, AT_ONCE)):
        # The last of all files must be there after all others.
        last = [some.pop()] if some[-1][0].endswith(f"/{NAME}") else []
        store.create_all(some)
        store.create_all(last)
    store.delete(under_way)


def _is_cut_short(store: ObjectStore, folder: str, said: bytes) -> bool:
    if store.exists(f"{folder}/{NAME}"):
        return False
    with suppress(NotFoundError):
        return store.get(f"{folder}/{UNDER_WAY}") == said
    return False


def _write(beside: Path, file: File, folder: Path) -> Path:
    place = beside / file.path
    with _writing(folder):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
    return place


def _move(beside: Path, folder: Path) -> None:
    try:
        beside.rename(folder)  # onto a folder that is not empty this fails
    except (FileExistsError, NotADirectoryError):
        raise _taken(folder) from None
    except OSError:
        _refuse_taken(folder)
        raise


def _link(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        raise _taken(path) from None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _refuse_taken(path: Path) -> None:
    if os.path.lexists(path):
        raise _taken(path)


def _taken(path: Path) -> ConflictError:
    return ConflictError(f"{path} exists already and is not replaced: name another one")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say of what fails in it which place it was."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(str(path), error.strerror or str(error)) from error
