"""How long we wait for clients: one clock for all requests of a process.

`asyncio.timeout` sets a timer for each request, which costs as much as deciding on its event. Here
a request notes until when it waits, and once a second somebody looks at the notes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from webhook_server.replies import RefusedError

T = TypeVar("T")
Task = asyncio.Task[object]

LOOK_EVERY = 1.0  # seconds


class Patience:
    """Interrupts requests whose clients take too long."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: dict[Task, float] = {}
        self._overdue: set[Task] = set()
        self._looking = False

    async def wait(self, awaited: Awaitable[T], seconds: float, detail: str) -> T:
        """Wait for something that a client does.

        Raises:
            RefusedError: 408, it has not done it for so long; `detail` says what.
        """
        task = asyncio.current_task()
        if task is None:
            return await awaited
        self._until[task] = self._monotonic() + seconds
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)
        try:
            return await awaited
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            task.uncancel()
            raise RefusedError(408, "Request timeout", detail) from None
        finally:
            del self._until[task]
            self._overdue.discard(task)

    def _look(self) -> None:
        now = self._monotonic()
        for task in [task for task, until in self._until.items() if until <= now]:
            self._overdue.add(task)
            task.cancel()
        self._looking = bool(self._until)
        if self._looking:
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)
