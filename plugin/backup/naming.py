"""Which place `lsal backup` and `lsal restore` are told."""

from pathlib import Path

from plugin.backup.contents import BackupError
from plugin.backup.kept_apart import KeptApart
from plugin.backup.places import Place
from plugin.backup.tarred import Tarred
from plugin.stores.backends.locating import open_store
from plugin.stores.objects import ObjectStore


def open_place(said: str, store: ObjectStore) -> Place:
    """The place that somebody named: `….tar` is a file, anything else a folder or a bucket.

    Raises:
        InvalidInputError: an address of no kind that is known.
        BackupError: it lies within the Store, or the Store within it.
    """
    ours = _root_of(store)
    if said.endswith(".tar") and "://" not in said:
        file = Path(said).expanduser().resolve()
        place: Place = Tarred(file)
        theirs = str(file)
    else:
        there = open_store(said)
        place, theirs = KeptApart(there), _root_of(there)
    if ours.startswith(theirs) or theirs.startswith(ours):
        raise BackupError(f"{said}: expected a place apart from the Store, {ours}")
    return place


def _root_of(store: ObjectStore) -> str:
    return store.location("x").removesuffix("x")
