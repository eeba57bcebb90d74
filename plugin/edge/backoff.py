"""How long to leave a server alone that does not answer."""

from collections.abc import Callable

LONGEST_ASKED = 600.0
"""Seconds that a server may ask us to stay away; one that asks for more is asked again then."""


class Backoff:
    """Growing waits with jitter, so that a thousand cameras do not come back in the same moment."""

    def __init__(self, first: float, longest: float, random: Callable[[], float]) -> None:
        self._first = first
        self._longest = longest
        self._random = random
        self._failures = 0
        self._asked_until = 0.0
        self.until = 0.0

    def failed(self, now: float, asked: float | None = None) -> None:
        """Note a failure; `asked` are the seconds that the server wants to be left alone."""
        wait = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        self.until = now + wait * (0.5 + self._random() / 2)
        if asked is not None:
            # A little later than asked, and not all at once.
            self._asked_until = now + min(asked, LONGEST_ASKED) + self._random() * self._first
            self.until = max(self.until, self._asked_until)

    def succeeded(self) -> None:
        """Note that the server answers."""
        self._failures = 0
        self._asked_until = self.until = 0.0

    def hurry(self) -> None:
        """Try as soon as the server allows it."""
        self.until = self._asked_until
