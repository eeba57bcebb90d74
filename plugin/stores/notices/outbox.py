"""The outbox: what people are to be told, until they were.

    outbox/waiting/<person>/<event>.json    an event that waits to be told
    outbox/told/<ab>/<event>.json           it is in a letter, or needs none; kept for good
    outbox/letters/<person>/<letter>.json   a message, until every channel has taken it
    outbox/last/<person>.json               when the last letter was written

An event's name is made from the thing told, and created once: so nothing is told twice, whoever
notes it again. A letter is durable before its events count as told, and they do before it is sent.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Literal

import msgspec

from plugin.domain.notices import Event, Message
from plugin.stores.documents import encode, read, read_all
from plugin.stores.notices.contacts import folder_of
from plugin.stores.objects import ObjectStore

State = Literal["waiting", "sending", "sent", "unsure", "given_up"]


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter's way through one channel: the one in that `place`, which is called `shown`.

    `sending` is noted before the channel is asked: found later, nobody knows whether it was sent.
    It is `unsure` then, and left to a manager, like what was `given_up` after too many `tries`.
    `since` is when it failed first, `next_at` when it is tried again.
    """

    place: str
    shown: str
    state: State = "waiting"
    tries: int = 0
    error: str = ""
    since: datetime | None = None
    next_at: datetime | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to one person, on its way; `events` are the keys of those that it tells."""

    id: str
    recipient: str
    message: Message
    at: datetime
    deliveries: tuple[Delivery, ...]
    events: tuple[str, ...] = ()


class _Told(msgspec.Struct, frozen=True):
    at: datetime


class Outbox:
    """Events and letters of everybody, in the Store. A person is a digest of their address."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def add(self, event: Event) -> bool:
        """Note what a person is to be told; False when it was noted before."""
        if self._store.exists(_told(event.key)):
            return False
        person = folder_of(event.recipient)
        return self._store.create(f"outbox/waiting/{person}/{event.key}.json", encode(event))

    def people(self) -> list[str]:
        """Whoever has events that wait, or letters."""
        names = {*self._store.folders("outbox/waiting/"), *self._store.folders("outbox/letters/")}
        return [each for each in sorted(names) if self._has_something(each)]

    def waiting(self, person: str) -> list[Event]:
        """A person's events that are yet to be told."""
        events = {
            event.key: event for event in read_all(self._store, f"outbox/waiting/{person}/", Event)
        }
        there = self._store.existing([_told(key) for key in events])
        # Noted again while a letter was made of the first note.
        done = {key for key in events if _told(key) in there}
        self._forget(person, done)
        return [event for key, event in events.items() if key not in done]

    def settle(self, person: str, events: Iterable[str], now: datetime) -> None:
        """Note that events were told, by their keys."""
        keys = list(events)
        self._store.create_all([(_told(key), encode(_Told(now))) for key in keys])
        self._forget(person, keys)

    def letters(self, person: str) -> list[Letter]:
        """A person's letters that were not delivered, oldest first."""
        return self._letters(f"outbox/letters/{person}/")

    def letter(self, person: str, letter_id: str) -> Letter | None:
        """One letter; None when it was delivered."""
        return read(self._store, _letter(person, letter_id), Letter)

    def all_letters(self) -> list[Letter]:
        """Everybody's letters that were not delivered, oldest first."""
        return self._letters("outbox/letters/")

    def save(self, letter: Letter) -> None:
        """Write or replace a letter; one that every channel has taken is removed."""
        key = _letter(folder_of(letter.recipient), letter.id)
        if all(each.state == "sent" for each in letter.deliveries):
            self._store.delete(key)
        else:
            self._store.put(key, encode(letter))

    def remove(self, letter: Letter) -> None:
        """Forget a letter, delivered or not."""
        self._store.delete(_letter(folder_of(letter.recipient), letter.id))

    def last(self, person: str) -> datetime | None:
        """When a person's last letter was written."""
        found = read(self._store, _last(person), _Told)
        return found.at if found else None

    def save_last(self, person: str, now: datetime) -> None:
        """Note that a letter was written."""
        self._store.put(_last(person), encode(_Told(now)))

    def count_waiting(self) -> int:
        """How many events wait to be told."""
        return sum(1 for _ in self._store.keys("outbox/waiting/"))

    def _has_something(self, person: str) -> bool:
        folders = (f"outbox/waiting/{person}/", f"outbox/letters/{person}/")
        return any(True for folder in folders for _ in self._store.keys(folder))

    def _letters(self, prefix: str) -> list[Letter]:
        return sorted(read_all(self._store, prefix, Letter), key=attrgetter("at"))

    def _forget(self, person: str, keys: Iterable[str]) -> None:
        self._store.delete_all(f"outbox/waiting/{person}/{key}.json" for key in keys)


def letter_id(parts: Sequence[str]) -> str:
    """What a letter is called, made of what it tells. 24 hexadecimal digits."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:24]


def _told(key: str) -> str:
    return f"outbox/told/{key[:2]}/{key}.json"


def _letter(person: str, identifier: str) -> str:
    return f"outbox/letters/{person}/{identifier}.json"


def _last(person: str) -> str:
    return f"outbox/last/{person}.json"
