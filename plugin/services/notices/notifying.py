"""Telling people: what is noted here is durable, and `services/notices/delivering.py` sends it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import msgspec

from plugin.clock import Clock
from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.notices import Event, Message
from plugin.services.notices.notifying_routes import Route, Routes
from plugin.stores.locks import Locks
from plugin.stores.notices.contacts import folder_of
from plugin.stores.notices.outbox import Delivery, Letter, Outbox, letter_id

PATIENCE = 5.0
"""Seconds for which a manager waits until a letter is not being sent."""


_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Notifier:
    """Takes what people are to be told. No channel is asked here."""

    outbox: Outbox
    routes: Routes
    locks: Locks
    clock: Clock

    def note(self, event: Event) -> bool:
        """Note what a person is to be told; False where they know, or it was noted before.

        Raises:
            OSError: the Store refused.
        """
        return not event.is_own_doing and self.outbox.add(event)

    def test(self, email: str) -> bool:
        """Have a test sent to a person, one a minute; False where no channel reaches them."""
        now, routes = self.clock(), self.routes.of(email)
        message = Message("A test", "Notifications about your reviews reach you here.")
        letter = new_letter(email, message, now, routes, ("test", email, f"{now:%Y-%m-%d %H:%M}"))
        if routes and self.outbox.letter(folder_of(email), letter.id) is None:
            self.outbox.save(msgspec.structs.replace(letter, events=()))
        return bool(routes)

    def retry(self, person: str, identifier: str) -> Letter:
        """Have a letter sent through the channels that did not take it.

        Raises:
            NotFoundError: it was delivered by now, or forgotten.
            ConflictError: it is being sent at this moment.
        """
        with self._held(person, identifier) as letter:
            again = tuple(
                each if each.state == "sent" else Delivery(each.place, each.shown)
                for each in letter.deliveries
            )
            self.outbox.save(msgspec.structs.replace(letter, deliveries=again))
            return letter

    def forget(self, person: str, identifier: str) -> Letter:
        """Give a letter up.

        Raises:
            NotFoundError: it was delivered by now, or forgotten.
            ConflictError: it is being sent at this moment.
        """
        with self._held(person, identifier) as letter:
            self.outbox.settle(person, letter.events, self.clock())
            self.outbox.remove(letter)
            return letter

    @contextmanager
    def _held(self, person: str, identifier: str) -> Iterator[Letter]:
        with self.locks.hold(lock_of(person), PATIENCE) as lease:
            if lease is None:
                raise ConflictError("a message to this person is being sent at this moment")
            known = _ID.fullmatch(person) and _ID.fullmatch(identifier)
            letter = self.outbox.letter(person, identifier) if known else None
            if letter is None:
                raise NotFoundError("message", identifier)
            yield letter


def new_letter(
    recipient: str, message: Message, at: datetime, routes: Sequence[Route], events: Sequence[str]
) -> Letter:
    """A letter that tells events, by their keys, through every channel."""
    deliveries = tuple(Delivery(route.place, route.shown) for route in routes)
    return Letter(
        id=letter_id(events), recipient=recipient, message=message, at=at, deliveries=deliveries,
        events=tuple(events),
    )  # fmt: skip


def lock_of(person: str) -> str:
    """What is held by whoever changes a person's letters."""
    return f"notify:{person}"
