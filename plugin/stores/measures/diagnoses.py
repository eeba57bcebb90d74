"""What the doctor found last, in the Store, and whether somebody asked for another look."""

from datetime import datetime

import msgspec

from plugin.domain.diagnosis import Diagnosis
from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore

_LAST = "doctor/last.json"
_ASKED = "doctor/asked.json"


class _Asked(msgspec.Struct, frozen=True):
    at: datetime


class Diagnoses:
    """The last diagnosis. Pages show it, so that they need not ask Label Studio themselves."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def last(self) -> Diagnosis | None:
        """What was found last; None where nobody ever looked."""
        return read(self._store, _LAST, Diagnosis)

    def save(self, diagnosis: Diagnosis) -> None:
        """Keep what was found; whoever asked has their answer."""
        self._store.put(_LAST, encode(diagnosis))
        self._store.delete(_ASKED)

    def ask(self, now: datetime) -> bool:
        """Note that somebody asks for a look; False where that is asked already."""
        return self._store.create(_ASKED, encode(_Asked(now)))

    def asked(self) -> datetime | None:
        """Since when somebody waits for a look; None where nobody does."""
        found = read(self._store, _ASKED, _Asked)
        return found.at if found else None
