"""A look by the doctor whose findings are kept: when somebody asks, and every day after that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from plugin.clock import Clock
from plugin.domain.diagnosis import Diagnosis
from plugin.queues import DIAGNOSE, WorkQueue
from plugin.stores.locks import Locks
from plugin.stores.measures.diagnoses import Diagnoses

if TYPE_CHECKING:
    from plugin.services.diagnosing import Doctor

EVERY = timedelta(days=1)
"""After a look another one is taken so much later. The first one is somebody's wish: it makes a
project in Label Studio."""


@dataclass(frozen=True)
class CheckUp:
    """Asks for looks, takes them, and keeps what they found."""

    doctor: "Callable[[], Doctor]"
    diagnoses: Diagnoses
    queue: WorkQueue
    locks: Locks
    clock: Clock

    def ask(self) -> bool:
        """Ask a worker for a look; False where that is asked already, and is asked again.

        Raises:
            RedisError: Redis is away; a worker looks when the next day's look is due.
        """
        is_new = self.diagnoses.ask(self.clock())
        self.queue.ask(DIAGNOSE)
        return is_new

    def run(self) -> Diagnosis | None:
        """Take a look; None where another worker is taking one, or none is asked for or due."""
        with self.locks.hold_renewed("doctor") as lease:
            if lease is None or not self._is_wanted():
                return None
            found = Diagnosis(self.clock(), tuple(self.doctor().findings()))
            self.diagnoses.save(found)
            return found

    def _is_wanted(self) -> bool:
        last = self.diagnoses.last()
        is_due = last is not None and self.clock() - last.at >= EVERY
        return is_due or self.diagnoses.asked() is not None
