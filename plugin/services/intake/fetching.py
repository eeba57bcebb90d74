"""Fetch: images come from the addresses that deployments gave, a few at a time."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import msgspec

from plugin.clock import Clock
from plugin.domain.errors import (
    ConflictError,
    FetchRefusedError,
    GoneError,
    InvalidInputError,
    UnavailableError,
)
from plugin.domain.frame import Reservation
from plugin.fetching import ImageFetcher
from plugin.queues import FETCH, WorkQueue
from plugin.services.intake.completing import Completer
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.locks import Locks

AT_ONCE = 8
"""Images that are fetched at the same time."""

BUDGET = 30.0
"""Seconds after which a job makes room for the imports; the rest is asked for anew."""

FIRST_WAIT = 10  # seconds; each further one is twice as long
MAX_TRIES = 8


@dataclass(frozen=True)
class Fetcher:
    """From addresses into the spool."""

    reservations: Reservations
    completer: Completer
    images: ImageFetcher
    queue: WorkQueue
    locks: Locks
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic

    def run(self, project: str) -> int:
        """Fetch the images of a project that are due, and return how many were tried."""
        self.queue.accept(project, FETCH)
        with self.locks.hold(f"fetch:{project}") as lease:
            if lease is None:
                return 0  # whoever holds it is at it
            tried = self._drain(project)
        if self.is_due(project):
            self.queue.request(project, FETCH)
        return tried

    def _drain(self, project: str) -> int:
        until, due, tried = self.monotonic() + BUDGET, self._due(project), 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while self.monotonic() < until and (group := list(islice(due, AT_ONCE))):
                tried += len(list(pool.map(self._fetch, group)))
        return tried

    def is_due(self, project: str) -> bool:
        """Whether there is an image to fetch now."""
        return next(self._due(project), None) is not None

    def _due(self, project: str) -> Iterator[Reservation]:
        now = self.clock()
        for each in self.reservations.of_project(project):
            if each.address and (each.retry_at is None or each.retry_at <= now):
                yield each

    def _fetch(self, reservation: Reservation) -> None:
        frame = reservation.frame
        try:
            image = self.images.fetch(reservation.address)
            self.completer.complete(frame.project, frame.frame_id, image, self.clock())
        except (FetchRefusedError, InvalidInputError) as error:
            self.completer.give_up(reservation, str(error), self.clock())
        except UnavailableError as error:
            self._again(reservation, str(error))
        except (ConflictError, GoneError):
            return  # somebody else had it first, or its time is over: the sweep ends it

    def _again(self, reservation: Reservation, error: str) -> None:
        """Note a try that failed; the last one sets the frame aside."""
        tries, now = reservation.tries + 1, self.clock()
        if tries >= MAX_TRIES:
            self.completer.give_up(reservation, f"{error} ({tries} tries)", now)
            return
        wait = timedelta(seconds=FIRST_WAIT * 2 ** (tries - 1))
        later = msgspec.structs.replace(reservation, tries=tries, retry_at=now + wait)
        self.reservations.replace(later)
