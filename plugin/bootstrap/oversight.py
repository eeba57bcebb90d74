"""What managers see of the machinery, put together from its parts."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.bootstrap.stores import Stores
from plugin.clock import utc_now
from plugin.services.imports.retrying import Retrier
from plugin.services.operations.checking_up import CheckUp
from plugin.stores.frames.doubts import Doubts
from plugin.stores.measures.diagnoses import Diagnoses
from plugin.stores.measures.heartbeats import Heartbeats

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application
    from plugin.services.diagnosing import Doctor


@dataclass(frozen=True)
class Oversight(Stores):
    """The parts that note how jobs end, and put back to work what failed."""

    @cached_property
    def heartbeats(self) -> Heartbeats:
        """When jobs ran last."""
        return Heartbeats(self.redis, utc_now)

    @cached_property
    def diagnoses(self) -> Diagnoses:
        """What the doctor found last."""
        return Diagnoses(self.store)

    @cached_property
    def doubts(self) -> Doubts:
        """Frames that may come to be two tasks."""
        return Doubts(self.store)

    @cached_property
    def retrier(self) -> Retrier:
        """Failed frames back to work."""
        return Retrier(self.spool, self.queue)


def check_up_of(parts: "Application") -> CheckUp:
    """A look by the doctor, whose findings are kept."""
    return CheckUp(lambda: _doctor_of(parts), parts.diagnoses, parts.queue, parts.locks, utc_now)


def _doctor_of(parts: "Application") -> "Doctor":
    from plugin.bootstrap.diagnosing import doctor_of  # noqa: PLC0415  it needs Pillow, pages do not

    return doctor_of(parts)
