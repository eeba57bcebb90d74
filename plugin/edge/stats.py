"""What became of the frames that were submitted, in numbers."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Stats:
    """Since the client was made, except what is said to be now.

    `submitted` is the sum of `refused`, `kept`, `held`, `errors` and what was dropped undecided.
    `turned_away` is what the server did not want of what was kept here. `dropped` was lost: no
    room, or too old. `rejected` was set aside with the server's words. `held` and `spooled` are
    now; `spooled_bytes` too. `rules_version` is 0 until rules are known.
    """

    submitted: int
    refused: dict[str, int]
    kept: int
    sent: int
    turned_away: dict[str, int]
    rejected: int
    dropped: int
    errors: int
    held: int
    spooled: int
    spooled_bytes: int
    rules_version: int
    last_trouble: str


class Counters:
    """Numbers by name, safe to share between threads."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._numbers[name] += number

    def of(self, name: str) -> int:
        """How often something was counted."""
        with self._lock:
            return self._numbers[name]

    def below(self, prefix: str) -> dict[str, int]:
        """All numbers whose names begin so, without that beginning."""
        with self._lock:
            every = self._numbers.items()
            return {name.removeprefix(prefix): n for name, n in every if name.startswith(prefix)}
