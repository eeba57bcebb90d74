"""Locks shared by all processes; they expire when their holder dies."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from redis import Redis
from redis.exceptions import LockNotOwnedError, RedisError
from redis.lock import Lock

from plugin.domain.errors import ConflictError

EXPIRE = 120.0
"""Seconds after which the lock of a dead process is free again; longer than any one call."""

RENEWED_EXPIRE = 30.0
"""Seconds after which a lock is free that its holder should have renewed in the background."""

RENEW_EVERY = 5.0  # seconds

log = logging.getLogger(__name__)


class Lease:
    """A lock that is held; renew it before each step that must not be done twice."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def renew(self) -> None:
        """Hold the lock for as long again as it was taken for.

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
        with _held(lock) as lease:
            yield lease

    @contextmanager
    def hold_renewed(self, name: str, wait: float = 0.0) -> Iterator[Lease | None]:
        """Take a lock for work of any length: a thread renews it until this process dies."""
        lock = self._redis.lock(
            f"lsal:lock:{name}", timeout=RENEWED_EXPIRE, blocking_timeout=wait, thread_local=False
        )
        with _held(lock) as lease:
            if lease is None:
                yield None
                return
            stopped = Event()
            thread = Thread(target=_renew, args=(lease, stopped), daemon=True)
            thread.start()
            try:
                yield lease
            finally:
                stopped.set()
                thread.join()


@contextmanager
def _held(lock: Lock) -> Iterator[Lease | None]:
    if not lock.acquire():
        yield None
        return
    try:
        yield Lease(lock)
    finally:
        # It may have expired under a slow holder; whoever has it now keeps it.
        with suppress(LockNotOwnedError):
            lock.release()


def _renew(lease: Lease, stopped: Event) -> None:
    while not stopped.wait(RENEW_EVERY):
        try:
            lease.renew()
        except RedisError as error:
            log.warning("Redis: %s; a lock is not renewed", error)
        except ConflictError:
            return  # the holder finds out before its next step
