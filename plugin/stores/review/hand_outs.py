"""Notes on what Label Studio is about to be told of a batch: one that is left says where it stands.

A note that outlives its change belongs to one whose end nobody saw: Label Studio may know of it, or
of a part, while the Store does not.
"""

from collections.abc import Iterator

import msgspec

from plugin.domain.batching import Batch
from plugin.stores.documents import encode, name_of, read
from plugin.stores.objects import ObjectStore


class HandOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """The tasks that may be with somebody else in Label Studio than the Store says."""

    batch: str
    tasks: tuple[int, ...] = ()
    instructions: bool = False


class HandOutNotes:
    """One note a batch, written before Label Studio is told and removed after the Store knows."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def save(self, batch: Batch, note: HandOut) -> None:
        """Note what is about to change."""
        self._store.put(_key(batch.project, batch.name), encode(note))

    def find(self, batch: Batch) -> HandOut | None:
        """The note on a batch, where one was left."""
        return read(self._store, _key(batch.project, batch.name), HandOut)

    def remove(self, batch: Batch) -> None:
        """Note that Label Studio and the Store agree."""
        self._store.delete(_key(batch.project, batch.name))

    def of_project(self, project: str) -> Iterator[str]:
        """Yield the names of the batches that have a note."""
        return map(name_of, self._store.keys(f"projects/{project}/handing-out/"))


def _key(project: str, name: str) -> str:
    return f"projects/{project}/handing-out/{name}.json"
