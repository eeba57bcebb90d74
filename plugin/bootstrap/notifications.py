"""What tells people of their images, put together from its parts."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import random

from plugin.bootstrap.oversight import Oversight
from plugin.clock import utc_now
from plugin.notifications.channels import Channels
from plugin.services.notices.delivering import Courier
from plugin.services.notices.notifying import Notifier
from plugin.services.notices.notifying_routes import Routes
from plugin.stores.notices.contacts import Contacts
from plugin.stores.notices.outbox import Outbox


@dataclass(frozen=True)
class Notifications(Oversight):
    """The parts that note what people are to be told, and those that send it."""

    @cached_property
    def contacts(self) -> Contacts:
        """How people want to be told."""
        return Contacts(self.store)

    @cached_property
    def outbox(self) -> Outbox:
        """What people are to be told."""
        return Outbox(self.store)

    @cached_property
    def channels(self) -> Channels:
        """What carries messages to people."""
        return Channels(self.config.notify_schemes)

    @cached_property
    def notification_routes(self) -> Routes:
        """Which channels reach whom."""
        return Routes(self.contacts, tuple(self.config.notify.get_secret_value().split()))

    @cached_property
    def notifier(self) -> Notifier:
        """What takes what people are to be told."""
        return Notifier(self.outbox, self.notification_routes, self.locks, utc_now)

    @cached_property
    def courier(self) -> Courier:
        """What sends it."""
        address = self.config.public_url.rstrip("/")
        return Courier(
            outbox=self.outbox, routes=self.notification_routes, channels=self.channels,
            locks=self.locks, address=f"{address}/mine" if address else "",
            every=timedelta(minutes=self.config.notify_every), clock=utc_now, draw=random,
        )  # fmt: skip
