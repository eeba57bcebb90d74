"""Whether what the server needs answers, how it fails, and since when."""

import errno
import logging
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from plugin.clock import Clock
from plugin.domain.errors import StoreError, UnavailableError
from plugin.stores.backends.folder import FolderStore
from plugin.stores.objects import ObjectStore
from plugin.stores.store_format import expect_known

FRESH_FOR = 1.0
"""Seconds for which an answer stands: however many ask, the disk is written to once a second."""

WRITTEN_FOR = 60.0
"""Seconds for which it stands that an object store can be written: there, each write costs."""

MIN_FREE = 64_000_000
"""Bytes that must be free on the Store's disk: a few of the largest posts."""

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "no permission to write",
    errno.ENOTDIR: "not a folder",
    errno.EEXIST: "not a folder",
}


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """A dependency that does not answer: how it failed, and when it did so first."""

    error: str
    since: datetime


Check = Callable[[], str]
"""Asks a dependency; says in words what is wrong, "" when nothing is."""


class Readiness:
    """Asks the dependencies, at most once a second and one caller at a time."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.names = tuple(checks)
        self._checks = checks
        self._clock, self._monotonic = clock, monotonic
        self._asking = threading.Lock()
        self._problems: dict[str, Problem] = {}
        self._asked: float | None = None

    def problems(self) -> Mapping[str, Problem]:
        """The dependencies that do not answer, by name; none when all is well.

        While one caller waits for a dependency that hangs, the others are told the last answer.
        """
        if self._asked is None:
            with self._asking:
                self._ask_if_stale()
        elif self._asking.acquire(blocking=False):
            try:
                self._ask_if_stale()
            finally:
                self._asking.release()
        return self._problems

    def _ask_if_stale(self) -> None:
        if self._asked is not None and self._monotonic() - self._asked < FRESH_FOR:
            return
        errors = {name: error for name, check in self._checks.items() if (error := check())}
        now, known = self._clock(), self._problems
        self._problems = {
            name: Problem(error, known[name].since if name in known else now)
            for name, error in errors.items()
        }
        self._asked = self._monotonic()
        _report(known, self._problems)


def _report(before: Mapping[str, Problem], after: Mapping[str, Problem]) -> None:
    """Say it once when a dependency goes and once when it is back."""
    for name in after.keys() - before.keys():
        log.warning("%s does not answer: %s", name, after[name].error)
    for name in before.keys() - after.keys():
        log.info("%s answers again", name, extra={"since": before[name].since})


def readiness_of(redis: Redis, store: ObjectStore, clock: Clock) -> Readiness:
    """Readiness of what a server needs: Redis, and the Store."""
    return Readiness({"redis": lambda: redis_check(redis), "store": check_of(store)}, clock)


def check_of(store: ObjectStore) -> Check:
    """What asks a Store: of a folder the disk, of an object store the cloud."""
    if isinstance(store, FolderStore):
        return lambda: _folder_check(store)
    return CloudCheck(store)


def _folder_check(store: FolderStore) -> str:
    """What is wrong with a Store that is a folder."""
    try:
        return store_check(store.root) or _refusal(store)
    except OSError as error:
        return error.strerror or str(error)


def _refusal(store: ObjectStore) -> str:
    """Why this release is not to work on a Store; "" where it is.

    Raises:
        OSError: the Store does not answer.
    """
    try:
        expect_known(store)
    except StoreError:
        raise
    except UnavailableError as error:
        return error.reason
    return ""


def redis_check(redis: Redis) -> str:
    """What is wrong with Redis."""
    try:
        redis.ping()
    except RedisError as error:
        return str(error) or type(error).__name__
    return ""


def store_check(root: Path) -> str:
    """What is wrong with the Store's folder: whether it is there, has room, and can be written."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        disk = os.statvfs(root)
        with tempfile.TemporaryFile(dir=root) as file:
            file.write(b"x")
    except OSError as error:
        return in_words(error)
    free = disk.f_bavail * disk.f_frsize
    if free < MIN_FREE:
        return f"{free / 1e6:.0f} MB free, expected {MIN_FREE / 1e6:.0f} MB or more"
    return ""


def in_words(error: OSError) -> str:
    """What a disk or an object store refuses, as a person says it."""
    return _WORDS.get(error.errno or 0, error.strerror or str(error))


class CloudCheck:
    """Asks an object store: mostly by reading, which costs next to nothing.

    Every WRITTEN_FOR seconds, and after a failure, it makes an object, tries to make it again, and
    removes it: a cloud that does not know of conditional writes would overwrite what it must not.
    """

    def __init__(self, store: ObjectStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._wrote: float | None = None

    def __call__(self) -> str:
        """What is wrong with the store."""
        key = f"probes/{secrets.token_hex(8)}"
        try:
            if self._wrote is not None and self._monotonic() - self._wrote < WRITTEN_FOR:
                return _refusal(self._store)
            self._wrote = None
            error = self._write(key)
        except OSError as failure:
            self._wrote = None
            return failure.strerror or str(failure)
        if not error:
            self._wrote = self._monotonic()
        return error or _refusal(self._store)

    def _write(self, key: str) -> str:
        created = self._store.create(key, b"x")
        again = self._store.create(key, b"x")
        self._store.delete(key)
        if created and not again:
            return ""
        return "does not do conditional writes (If-None-Match: *), so it may overwrite objects"
