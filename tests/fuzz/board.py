"""What a fuzzing process shows of its work, in memory that outlives it: it may hang, or die."""

from multiprocessing.sharedctypes import RawArray
from typing import Any

NOBODY = 1 << 40
"""What stands in for a target while no input is tried."""


class Board:
    """Counts of every target, and which input is being tried; one process writes, any may read."""

    def __init__(self, targets: int) -> None:
        """Begin with nothing tried."""
        self.current: Any = RawArray("Q", [NOBODY, 0])
        self.next: Any = RawArray("Q", targets)
        self.accepted: Any = RawArray("Q", targets)
        self.refused: Any = RawArray("Q", targets)
        self.seconds: Any = RawArray("d", targets)
        self.slowest: Any = RawArray("d", targets)

    @property
    def total(self) -> int:
        """Inputs that were tried."""
        return sum(self.next)

    def where(self) -> tuple[int, int]:
        """The target that is at work, and the number of the input that it has."""
        return self.current[0], self.current[1]
