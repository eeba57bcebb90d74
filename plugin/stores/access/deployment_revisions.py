"""Deployments as objects in the Store, none of which is ever changed.

    deployments/<id>.json         the first revision of a deployment
    deployments/<id>.2.json       the next: a key more or less, signatures on or off
    deployments/<id>.seen.json    that it has posted, made once

Two people who change a deployment at the same moment want the same object: one of them is first,
and the other is told.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from plugin.domain.deployment import Deployment
from plugin.domain.errors import UnavailableError
from plugin.stores.documents import encode, read
from plugin.stores.earlier_forms import DEPLOYMENT
from plugin.stores.objects import ObjectStore

_FIRST = re.compile(r"deployments/([0-9a-f]{16})\.json")


class _Seen(msgspec.Struct, frozen=True):
    first_at: datetime


class Revisions:
    """Every revision of every deployment."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def ids(self) -> Iterator[str]:
        """Yield the id of every deployment."""
        for key in self._store.keys("deployments/"):
            if found := _FIRST.fullmatch(key):
                yield found[1]

    def newest(self, identifier: str, known: Deployment | None = None) -> Deployment | None:
        """The newest revision, looked for from a known one on; None where there is none.

        For an id that does not exist it costs one look, for a known one that did not change two.

        Raises:
            OSError: the Store does not answer.
            UnavailableError: what is stored cannot be read.
        """
        # Somebody who takes the objects out of the Store by hand means it, too.
        if known is None or not self._store.exists(_key(identifier, known.revision)):
            known = self._read(identifier, 1)
        while known and (later := self._read(identifier, known.revision + 1)):
            known = later
        return known

    def create(self, deployment: Deployment) -> bool:
        """Store a revision; False when somebody else has stored the one of this number."""
        key = _key(deployment.id, deployment.revision)
        return self._store.create(key, encode(deployment, DEPLOYMENT))

    def mark_seen(self, identifier: str, now: datetime) -> None:
        """Note for good that a deployment has posted; only the first time counts."""
        self._store.create(_seen(identifier), encode(_Seen(now)))

    def first_seen(self, identifier: str) -> datetime | None:
        """When a deployment was seen for the first time; None while it never was."""
        seen = read(self._store, _seen(identifier), _Seen)
        return seen.first_at if seen else None

    def _read(self, identifier: str, number: int) -> Deployment | None:
        key = _key(identifier, number)
        found = read(self._store, key, Deployment, DEPLOYMENT)
        if found and found.revision != number:
            # Whoever went on from what it says would come by here again, for ever.
            raise UnavailableError(key, f"cannot be read: it says that it is {found.revision}")
        return found


def _key(identifier: str, number: int) -> str:
    revision = "" if number == 1 else f".{number}"
    return f"deployments/{identifier}{revision}.json"


def _seen(identifier: str) -> str:
    return f"deployments/{identifier}.seen.json"
