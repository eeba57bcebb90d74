"""Locks shared by all processes; they expire when their holder dies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock

from plugin.domain.errors import ConflictError

EXPIRE = 120.0
"""Seconds after which the lock of a dead process is free again; longer than any one call."""


class Lease:
    """A lock that is held; renew it before each step that must not be done twice."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def renew(self) -> None:
        """Hold the lock for another EXPIRE seconds.

        Raises:
            ConflictError: it had expired, and somebody else may hold it.
        """
        try:
            self._lock.reacquire()
        except LockNotOwnedError:
            raise ConflictError(f"lock {self._lock.name} was lost") from None


class Locks:
    """Named locks in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @contextmanager
    def hold(self, name: str, wait: float = 0.0) -> Iterator[Lease | None]:
        """Take a lock, waiting `wait` seconds at most; None when somebody else has it."""
        lock = self._redis.lock(f"lsal:lock:{name}", timeout=EXPIRE, blocking_timeout=wait)
        if not lock.acquire():
            yield None
            return
        try:
            yield Lease(lock)
        finally:
            # It may have expired under a slow holder; whoever has it now keeps it.
            with suppress(LockNotOwnedError):
                lock.release()
