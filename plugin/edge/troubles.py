"""Troubles are told once in a while, however often they happen."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

TELL_EVERY = 60.0
"""Seconds between two sentences about the same kind of trouble."""

log = logging.getLogger("plugin.client")


@dataclass(slots=True)
class _Trouble:
    last: str
    untold: int = 0
    next_telling: float = 0.0


class Troubles:
    """Notes what goes wrong, from any thread; one thread tells it."""

    def __init__(self, tell: Callable[[str], None] | None) -> None:
        self._tell = tell or log.warning
        self._kinds: dict[str, _Trouble] = {}
        self._lock = Lock()
        self.last = ""

    def note(self, kind: str, message: str) -> None:
        """Remember a trouble; kinds are few and fixed, messages are not."""
        with self._lock:
            trouble = self._kinds.setdefault(kind, _Trouble(message))
            trouble.last = self.last = message
            trouble.untold += 1

    def tell(self, now: float) -> None:
        """Tell what is new and due; a callback that fails is logged and stops nothing."""
        for message in self._due(now):
            try:
                self._tell(message)
            except Exception:  # the callback is the caller's, and may raise anything
                log.warning("on_trouble failed on: %s", message, exc_info=True)

    def _due(self, now: float) -> list[str]:
        messages = []
        with self._lock:
            for kind, trouble in self._kinds.items():
                if trouble.untold and now >= trouble.next_telling:
                    more = f" ({trouble.untold} times)" if trouble.untold > 1 else ""
                    messages.append(f"{kind}: {trouble.last}{more}")
                    trouble.untold, trouble.next_telling = 0, now + TELL_EVERY
        return messages
