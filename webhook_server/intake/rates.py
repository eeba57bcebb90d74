"""How many events a second a deployment may post to this process."""

import time
from collections.abc import Callable

from webhook_server.replies import RefusedError

BURST = 2.0
"""Seconds' worth of events that may come at once."""


class RateLimit:
    """A token bucket per deployment; its memory grows with deployments alone."""

    def __init__(self, per_second: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets; 0 events per second means without a limit."""
        self._rate = per_second
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, deployment: str) -> None:
        """Count one event.

        Raises:
            RefusedError: 429, they are too many; with the seconds after which there is room.
        """
        if wait := self.overdrawn(deployment, 1):
            detail = f"expected at most {self._rate} events a second"
            raise RefusedError(
                429, "Too many requests", detail, ("retry-after", str(int(wait) + 1))
            )

    def overdrawn(self, deployment: str, events: int) -> float:
        """Count events that came; else the seconds to wait before they may, and none is counted.

        A group may overdraw: it is counted as a whole, and the next one waits.
        """
        if not self._rate:
            return 0.0
        now, full = self._monotonic(), self._rate * BURST
        left, at = self._buckets.get(deployment, (full, now))
        left = min(full, left + (now - at) * self._rate)
        if left < 1:
            return (1 - left) / self._rate
        self._buckets[deployment] = (left - events, now)
        return 0.0
