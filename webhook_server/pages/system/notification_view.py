"""The read side of notifications: channels, what did not get through, and how people are told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from plugin.bootstrap import Application
from plugin.notifications.addresses import shown
from plugin.services.notices.notifying_routes import Route
from plugin.stores.notices.contacts import Contact, folder_of
from plugin.stores.notices.outbox import Delivery, Letter

SET_ASIDE = {
    "unsure": "A worker ended while sending it: it may have arrived, or not",
    "given_up": "Given up after many tries",
}
"""Why a message is not tried again by itself, in a manager's words."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel that fails: what it said last, since when, and how many messages wait for it."""

    channel: str
    error: str
    since: datetime | None
    messages: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A message that is not tried again by itself, and why."""

    person: str
    id: str
    recipient: str
    title: str
    at: datetime
    channel: str
    why: str
    error: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """How somebody is told who has said something about it; of channels, what may be shown."""

    email: str
    enabled: bool
    channels: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class NotificationsView:
    """Everything about notifications that the page shows; `everybody` are the usual channels."""

    everybody: tuple[str, ...]
    waiting: int
    troubles: tuple[Trouble, ...]
    set_aside: tuple[LetterRow, ...]
    contacts: tuple[ContactRow, ...]


@dataclass(frozen=True, slots=True)
class MyNotifications:
    """What somebody sees of their own; `channels` reach them where `enabled`."""

    enabled: bool
    channels: tuple[str, ...]


def notifications_view(parts: Application) -> NotificationsView:
    """Look at the outbox and the contacts. No channel is asked."""
    letters = parts.outbox.all_letters()
    rows = (contact_row(contact) for contact in parts.contacts.changed())
    return NotificationsView(
        everybody=tuple(map(shown, parts.notification_routes.everybody)),
        waiting=parts.outbox.count_waiting(),
        troubles=tuple(_troubles(letters)),
        set_aside=tuple(_set_aside(letters)),
        contacts=tuple(sorted(rows, key=lambda row: row.email)),
    )


def my_notifications(parts: Application, email: str) -> MyNotifications:
    """How a person is told, for themselves."""
    contact = parts.contacts.of(email)
    routes: Iterable[Route] = parts.notification_routes.usual(contact)
    return MyNotifications(contact.enabled, tuple(route.shown for route in routes))


def contact_row(contact: Contact) -> ContactRow:
    """What may be shown of a contact."""
    channels = tuple(map(shown, contact.channels))
    return ContactRow(contact.email, contact.enabled, channels, contact.revision)


def _troubles(letters: Iterable[Letter]) -> Iterator[Trouble]:
    """The channels that fail, each once, with what was said last."""
    failing: dict[str, list[Delivery]] = {}
    for letter in letters:
        for each in letter.deliveries:
            if each.state == "waiting" and each.error:
                failing.setdefault(each.shown, []).append(each)
    for channel, found in sorted(failing.items()):
        last = max(found, key=_tried_at)
        since = min((each.since for each in found if each.since), default=None)
        yield Trouble(channel, last.error, since, len(found))


def _tried_at(delivery: Delivery) -> float:
    return delivery.next_at.timestamp() if delivery.next_at else 0.0


def _set_aside(letters: Iterable[Letter]) -> Iterator[LetterRow]:
    for letter in letters:
        for each in letter.deliveries:
            if each.state in SET_ASIDE:
                yield LetterRow(
                    person=folder_of(letter.recipient), id=letter.id, recipient=letter.recipient,
                    title=letter.message.title, at=letter.at, channel=each.shown,
                    why=SET_ASIDE[each.state], error=each.error,
                )  # fmt: skip
                break
