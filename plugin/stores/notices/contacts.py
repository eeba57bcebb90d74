"""How people want to be told: on or off, and channels of their own.

A contact is an object per revision, like `contacts/<digest of the address>/000002.json`; only the
newest is kept, because channels hold secrets.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from plugin.domain.errors import ConflictError
from plugin.domain.people import folded
from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one person is told; `channels` are addresses that come instead of everybody's.

    `revision` grows with every change; 0 is what holds for everybody who said nothing.
    """

    email: str
    enabled: bool = True
    channels: tuple[str, ...] = ()
    revision: int = 0


class Contacts:
    """Contacts of everybody, in the Store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def of(self, email: str) -> Contact:
        """How a person is told."""
        return self._newest(folder_of(email)) or Contact(email)

    def changed(self) -> Iterator[Contact]:
        """Yield the contacts that somebody changed."""
        for person in self._store.folders("contacts/"):
            if found := self._newest(person):
                yield found

    def save(self, contact: Contact) -> Contact:
        """Replace a contact; `contact.revision` is the one that it was made from.

        Raises:
            ConflictError: somebody else has changed it since.
        """
        saved = msgspec.structs.replace(contact, revision=contact.revision + 1)
        person = folder_of(contact.email)
        older = list(self._store.keys(f"contacts/{person}/"))
        is_newest = (older[-1] if older else "") == _key_or_none(person, contact.revision)
        if not is_newest or not self._store.create(_key(person, saved.revision), encode(saved)):
            raise ConflictError(f"somebody else has changed how {contact.email} is told")
        self._store.delete_all(older)
        return saved

    def _newest(self, person: str) -> Contact | None:
        # Read again from the start where the newest was replaced since it was listed.
        while keys := list(self._store.keys(f"contacts/{person}/")):
            if found := read(self._store, keys[-1], Contact):
                return found
        return None


def folder_of(email: str) -> str:
    """What a person is called where an address may not stand. 24 hexadecimal digits."""
    return hashlib.sha256(folded(email).encode()).hexdigest()[:24]


def _key(person: str, revision: int) -> str:
    return f"contacts/{person}/{revision:06d}.json"


def _key_or_none(person: str, revision: int) -> str:
    return _key(person, revision) if revision else ""
