"""Which channels reach a person: their own, else those of everybody."""

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.notifications.addresses import for_person, shown
from plugin.stores.notices.contacts import Contact, Contacts


@dataclass(frozen=True, slots=True)
class Route:
    """A channel to one person: `place` stays the same when its address is corrected."""

    place: str
    url: str

    @property
    def shown(self) -> str:
        """What may be shown of its address."""
        return shown(self.url)


@dataclass(frozen=True)
class Routes:
    """Channels to everybody; `everybody` are addresses in which `{email}` is the person's."""

    contacts: Contacts
    everybody: tuple[str, ...]

    def of(self, email: str) -> list[Route]:
        """The channels to a person; none where nothing reaches them, or they want nothing."""
        contact = self.contacts.of(email)
        return self.usual(contact) if contact.enabled else []

    def usual(self, contact: Contact) -> list[Route]:
        """The channels to a person, also to one who switched them off."""
        if contact.channels:
            return list(_routes("own", contact.channels, contact.email))
        return list(_routes("everybody", self.everybody, contact.email))


def _routes(whose: str, templates: tuple[str, ...], email: str) -> Iterator[Route]:
    for number, template in enumerate(templates, 1):
        url = for_person(template, email)
        if url is not None:
            yield Route(f"{whose}-{number}", url)
