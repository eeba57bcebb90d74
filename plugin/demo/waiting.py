"""Waiting for what the other processes do."""

import time
from collections.abc import Callable

from plugin.stores.frames.spool import Spool

IMPORT_TIMEOUT = 180
"""Seconds without progress."""

PAUSE = 0.1
"""Seconds between two looks."""


def is_soon(done: Callable[[], bool], seconds: float) -> bool:
    """Whether something is done in time."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def left_over(spool: Spool, project: str, check: Callable[[], None] = lambda: None) -> int:
    """Wait until every kept frame is in Label Studio; `check` is called meanwhile.

    Returns:
        How many are not after a long time in which nothing has moved; else 0.
    """
    left, deadline = len(spool.pending(project)), time.monotonic() + IMPORT_TIMEOUT
    while pending := len(spool.pending(project)):
        check()
        if pending < left:
            left, deadline = pending, time.monotonic() + IMPORT_TIMEOUT
        if time.monotonic() > deadline:
            return pending
        time.sleep(PAUSE)
    return 0
