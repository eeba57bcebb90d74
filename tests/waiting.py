"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(
    condition: Callable[[], Found], what: str, seconds: float = 60, pause: float = 0.1
) -> Found:
    """Wait until a condition holds; what it came to be.

    Raises:
        TimeoutError: it did not come to hold in a time that only a defect needs.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)
    return found
