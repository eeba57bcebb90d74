"""Everything that tells people, as tests of it share it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from plugin.domain.notices import Event, Kind, Message
from plugin.notifications.channels import Channels
from plugin.services.notices.delivering import Courier
from plugin.services.notices.notifying import Notifier
from plugin.services.notices.notifying_routes import Routes
from plugin.stores.backends.folder import FolderStore
from plugin.stores.locks import Locks
from plugin.stores.notices.contacts import Contacts
from plugin.stores.notices.outbox import Letter, Outbox
from tests.smtp import MailServer, mail_server

ANN, BEN, MAYA = "ann@example.com", "ben@example.com", "maya@example.com"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVERY = timedelta(minutes=5)


class Dying(Channels):
    """Ends its process, so to speak, when it is to send something."""

    def send(self, url: str, message: Message) -> None:
        raise KeyboardInterrupt(url, message)


class Office:
    """Everything that tells people, on one Store, with a clock that a test sets."""

    def __init__(self, folder: Path, redis: Redis, *everybody: str) -> None:
        self.now = NOON
        self.store = FolderStore(folder)
        self.outbox, self.contacts = Outbox(self.store), Contacts(self.store)
        locks, routes = Locks(redis), Routes(self.contacts, everybody)
        self.notifier = Notifier(self.outbox, routes, locks, lambda: self.now)
        self.courier = Courier(
            outbox=self.outbox, routes=routes, channels=Channels(), locks=locks,
            address="https://lsal.example.com/mine", every=EVERY, clock=lambda: self.now,
            draw=lambda: 1.0,
        )  # fmt: skip

    def note(
        self, kind: Kind, images: int = 0, recipient: str = ANN, batch: str = "2026-11-24"
    ) -> bool:
        return self.notifier.note(Event(kind, recipient, "parts", batch, images, MAYA, self.now))

    def run_after(self, **passed: float) -> int:
        self.now += timedelta(**passed)
        return self.courier.run()

    @property
    def letters(self) -> list[Letter]:
        return self.outbox.all_letters()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, redis: Redis, mail: MailServer) -> Office:
    return Office(tmp_path, redis, mail.address)
