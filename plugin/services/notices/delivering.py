"""Delivering: a person's events become a letter, and the letter goes through their channels.

That a letter is about to be sent is noted before its channel is asked. So after a crash nobody is
told twice: what may have been sent, or not, is shown to managers, who know whom to ask. A channel
that says it failed is tried again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from plugin.clock import Clock
from plugin.domain.errors import ConflictError, InvalidInputError, UnavailableError
from plugin.domain.notices import is_due, message_of
from plugin.domain.waits import wait_after
from plugin.notifications.channels import Channels
from plugin.services.notices.notifying import lock_of, new_letter
from plugin.services.notices.notifying_routes import Route, Routes
from plugin.stores.locks import Lease, Locks
from plugin.stores.notices.outbox import Delivery, Letter, Outbox

UNHURRIED = 30
"""Times the waits of a job: from half a minute to half an hour."""

MAX_TRIES = 24
"""Tries before a letter is set aside, about ten hours after the first."""

LONGEST_RUN = timedelta(minutes=4)
"""After this a run begins no further person; the next run does."""

log = logging.getLogger(__name__)


@dataclass
class _Run:
    """What one run has learnt: channels that failed are left alone until the next one."""

    failing: set[str] = field(default_factory=set)
    sent: int = 0


@dataclass(frozen=True)
class Courier:
    """Sends what waits in the outbox.

    `address` is where people find their reviews, `every` how often one is told something at most.
    """

    outbox: Outbox
    routes: Routes
    channels: Channels
    locks: Locks
    address: str
    every: timedelta
    clock: Clock
    draw: Callable[[], float]

    def run(self) -> int:
        """Send what is due, to everybody; how many messages channels have taken."""
        run, started = _Run(), self.clock()
        for person in self.outbox.people():
            if self.clock() - started > LONGEST_RUN:
                break
            with self.locks.hold_renewed(lock_of(person)) as lease:
                if lease is not None:
                    self._serve(person, lease, run)
        return run.sent

    def _serve(self, person: str, lease: Lease, run: _Run) -> None:
        letters = self.outbox.letters(person)
        for letter in letters:  # a crash may have come in between
            self.outbox.settle(person, letter.events, self.clock())
        try:
            for letter in letters:
                self._deliver(letter, lease, run)
            if not self._is_stuck(person) and (written := self._write(person)):
                self._deliver(written, lease, run)
        except ConflictError as error:
            log.warning("notifications left to others: %s", error)

    def _is_stuck(self, person: str) -> bool:
        """Whether no channel takes a person's letters: what comes meanwhile goes into the next."""
        letters = self.outbox.letters(person)
        return any(all(each.state == "waiting" for each in one.deliveries) for one in letters)

    def _write(self, person: str) -> Letter | None:
        """The letter that is due to a person, if any; its events are told with it."""
        events, now = self.outbox.waiting(person), self.clock()
        if not events or not is_due(events, self.outbox.last(person), now, self.every):
            return None
        recipient, keys = events[0].recipient, tuple(event.key for event in events)
        message, routes = message_of(events, self.address), self.routes.of(recipient)
        letter = None
        if message and routes:
            letter = new_letter(recipient, message, now, routes, keys)
            self.outbox.save(letter)
            self.outbox.save_last(person, now)
        self.outbox.settle(person, keys, now)
        return letter

    def _deliver(self, letter: Letter, lease: Lease, run: _Run) -> None:
        routes = self.routes.of(letter.recipient)
        for delivery in letter.deliveries:
            route = _route(delivery, letter, routes)
            if delivery.state == "sending":
                unsure = msgspec.structs.replace(delivery, state="unsure")
                letter = self._note(letter, delivery, unsure)
            elif delivery.state == "waiting" and route is None:
                letter = self._note(letter, delivery, None)
            elif route and self._is_due(delivery) and route.shown not in run.failing:
                lease.renew()
                letter = self._send(letter, delivery, route, run)

    def _send(self, letter: Letter, delivery: Delivery, route: Route, run: _Run) -> Letter:
        sending = msgspec.structs.replace(
            delivery, place=route.place, shown=route.shown, state="sending"
        )
        letter = self._note(letter, delivery, sending)
        try:
            self.channels.send(route.url, letter.message)
        except (UnavailableError, InvalidInputError) as error:
            run.failing.add(route.shown)
            failed = self._failed(sending, str(error))
            log.warning("%s; tries: %s", error, failed.tries, extra={"state": failed.state})
            return self._note(letter, sending, failed)
        run.sent += 1
        return self._note(letter, sending, msgspec.structs.replace(sending, state="sent"))

    def _failed(self, delivery: Delivery, error: str) -> Delivery:
        now, tries = self.clock(), delivery.tries + 1
        wait = timedelta(seconds=UNHURRIED * wait_after(tries, self.draw()))
        return msgspec.structs.replace(
            delivery,
            state="given_up" if tries >= MAX_TRIES else "waiting",
            tries=tries,
            error=error.removeprefix(f"{delivery.shown}: "),
            since=delivery.since or now,
            next_at=now + wait,
        )

    def _is_due(self, delivery: Delivery) -> bool:
        is_early = delivery.next_at is not None and self.clock() < delivery.next_at
        return delivery.state == "waiting" and not is_early

    def _note(self, letter: Letter, before: Delivery, after: Delivery | None) -> Letter:
        """The letter with one delivery replaced, or without it; durable."""
        kept = [after if each == before else each for each in letter.deliveries]
        letter = msgspec.structs.replace(
            letter, deliveries=tuple(each for each in kept if each is not None)
        )
        self.outbox.save(letter)
        return letter


def _route(delivery: Delivery, letter: Letter, routes: list[Route]) -> Route | None:
    """The channel of a delivery; where it is gone and was the only one, the person's first."""
    found = next((route for route in routes if route.place == delivery.place), None)
    if found is None and routes and len(letter.deliveries) == 1:
        return routes[0]
    return found
