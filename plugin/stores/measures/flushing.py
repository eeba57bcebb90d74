"""One background thread per process that carries to Redis what the process has gathered."""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class Flushes(Protocol):
    """Something that gathers in the process and brings it to Redis when told to."""

    def flush(self) -> None:
        """Bring what was gathered to Redis.

        Raises:
            RedisError: it is away; what was gathered is kept for the next time.
        """


class Flusher:
    """Flushes several parts, once a second while it runs."""

    def __init__(self, parts: Sequence[Flushes], every: float = 1.0) -> None:
        """`every` in seconds."""
        self._parts = parts
        self._every = every
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_away = False

    def start(self) -> None:
        """Flush in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="flusher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Flush for the last time and end the background thread; nothing happens without one."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def flush(self) -> None:
        """Flush every part now; one whose turn fails keeps what it has and stops no other."""
        errors = []
        for part in self._parts:
            try:
                part.flush()
            except RedisError as error:
                errors.append(error)
        self._report(errors)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self.flush()
        self.flush()

    def _report(self, errors: list[RedisError]) -> None:
        """Say it once when Redis goes and once when it is back, not every second."""
        if errors and not self._is_away:
            log.warning("counts wait in the process: Redis does not take them: %s", errors[0])
        elif self._is_away and not errors:
            log.info("Redis takes counts again")
        self._is_away = bool(errors)
