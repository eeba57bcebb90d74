"""A fair sample of a stream whose length nobody knows: every element has the same chance.

Nearly all elements cost a comparison: which one is taken next is drawn ahead of time (algorithm L,
K.-H. Li, Reservoir-Sampling Algorithms of Time Complexity O(n(1 + log(N/n))), 1994).
"""

from math import floor, log, log1p
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

BELOW_ONE = 1 - 2.0**-53


class Reservoir(Generic[T]):
    """At most `size` elements of all that were `seen`."""

    __slots__ = ("_next", "_random", "_share", "seen", "size", "taken")

    def __init__(self, size: int, random: Random) -> None:
        """Begin with nothing; `size` is at least 1."""
        self.size = size
        self.seen = 0
        self.taken: list[T] = []
        self._random = random
        self._share = 1.0
        self._next = 1

    def wants_next(self) -> bool:
        """Count an element, and say whether it is to be `put`; where so, it must be."""
        self.seen += 1
        return self.seen >= self._next

    def put(self, element: T) -> None:
        """Take the element that was counted last."""
        if len(self.taken) < self.size:
            self.taken.append(element)
        else:
            self.taken[self._random.randrange(self.size)] = element
        self._next = self.seen + 1
        if len(self.taken) == self.size:
            self._skip()

    def _skip(self) -> None:
        """Draw how many elements are passed over, as if each had drawn for itself."""
        # Just below 1, that its logarithm has a value.
        self._share = min(self._share * self._uniform() ** (1 / self.size), BELOW_ONE)
        self._next += floor(log(self._uniform()) / log1p(-self._share))

    def _uniform(self) -> float:
        """A number between 0 and 1, both excluded: its logarithm is wanted."""
        return (self._random.getrandbits(52) + 0.5) * 2.0**-52
