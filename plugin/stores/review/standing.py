"""What the standing assignment remembers: whose turn it is, and what lies untouched since when."""

from datetime import datetime

import msgspec

from plugin.domain.batching import Batch
from plugin.domain.standing import Held, Turns
from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore


class Untouched(msgspec.Struct, frozen=True):
    """Tasks that were not begun, by who has them, with when that was seen first."""

    held: dict[str, dict[int, datetime]] = {}


class StandingNotes:
    """In the Store: the turns of each project, and what lies untouched in each batch."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def turns(self, project: str) -> Turns:
        """Whose turn it is."""
        return read(self._store, _turns(project), Turns) or Turns({}, {})

    def save_turns(self, project: str, turns: Turns) -> None:
        """Replace whose turn it is."""
        self._store.put(_turns(project), encode(turns))

    def untouched(self, batch: Batch) -> Held:
        """What lay untouched at the last look."""
        return (read(self._store, _untouched(batch), Untouched) or Untouched()).held

    def save_untouched(self, batch: Batch, held: Held) -> None:
        """Replace what lies untouched."""
        tasks = {person: dict(since) for person, since in held.items()}
        self._store.put(_untouched(batch), encode(Untouched(tasks)))


def _turns(project: str) -> str:
    return f"projects/{project}/standing/turns.json"


def _untouched(batch: Batch) -> str:
    return f"projects/{batch.project}/untouched/{batch.name}.json"
