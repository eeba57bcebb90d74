"""Chance without a die: a draw is a hash of the event, so the same event draws the same again."""

from collections.abc import Callable
from typing import Protocol

from xxhash import xxh3_64_intdigest

PROJECT = ""
"""The purpose of the project's own draw; rules draw under their names."""


class Draw(Protocol):
    """Where chance comes from."""

    def for_purpose(self, purpose: str) -> Callable[[str], float]:
        """Draws for one purpose, as a function of the event id: 0 (included) to 1 (excluded)."""


class HashedDraw:
    """Draws that depend on (event id, purpose, seed) alone: uniform, and independent over each.

    Any process decides the same, and a replay gives what production gave.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def for_purpose(self, purpose: str) -> Callable[[str], float]:
        """Draws for one purpose, as a function of the event id."""
        # The purpose goes into the seed, so that a draw hashes the event id as it is.
        seed = xxh3_64_intdigest(purpose.encode(), self._seed)

        def draw(event_id: str) -> float:
            # 53 bits are what a float can hold: with all 64 the largest would round up to 1.
            return (xxh3_64_intdigest(event_id.encode(), seed) >> 11) * 2.0**-53

        return draw
