"""Clocks: how far ours is from that of Redis, and from Label Studio's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import RedisError

from plugin.clock import Clock
from plugin.domain.diagnosis import Finding, warning
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.formats.signatures import TOLERANCE

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

APART = timedelta(seconds=30)
"""From which a clock is said to be wrong: with NTP they are milliseconds apart."""

FAR_APART = timedelta(seconds=TOLERANCE)
"""From which work fails: signed posts are refused, and addresses and tokens that end are too."""

_FIX = "let NTP set the clocks of all machines, as with `timedatectl set-ntp true`"


@dataclass(frozen=True)
class ClockChecks:
    """Asks others for the time. One that does not answer is another check's finding."""

    clock: Clock
    redis: Callable[[], Redis]
    label_studio: "Callable[[], LabelStudioGateway]"

    def findings(self) -> Iterator[Finding]:
        """Yield how far apart each clock is that can be asked."""
        for name, ask in (("Redis", self._redis), ("Label Studio", self._label_studio)):
            before = self.clock()
            theirs = ask()
            after = self.clock()
            if theirs is not None:
                yield _compared(name, before, theirs, after)

    def _redis(self) -> datetime | None:
        try:
            seconds, micros = self.redis().time()
        except RedisError:
            return None
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)

    def _label_studio(self) -> datetime | None:
        try:
            return self.label_studio().time()
        except (LabelStudioError, NotFoundError):
            return None


def _compared(name: str, before: datetime, theirs: datetime, after: datetime) -> Finding:
    """Compare clocks; what was asked in between took no longer than from `before` to `after`."""
    ahead, behind = before - theirs, theirs - after
    apart = max(ahead, behind, timedelta(0))
    seconds = f"{apart.total_seconds():,.0f} s"
    if apart < APART:
        return Finding("clock", f"within {seconds} of {name}'s")
    which = "ahead of" if ahead > behind else "behind"
    said = f"ours is {seconds} {which} {name}'s"
    if apart < FAR_APART:
        return warning("clock", f"{said}: windows of caps, and who is seen when, are off", _FIX)
    return Finding("clock", f"{said}: signed posts may be refused, windows of caps are off", _FIX)
