"""A bucket for those who look at the same objects for every event: keys of deployments, settings.

What lies there is created and never changed, so an object is read once. Which objects there are is
listed once a second, behind the back of whoever asks, because a request to a cloud takes as long as
a thousand decisions.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from plugin.domain.errors import NotFoundError, StoreError
from plugin.stores.backends.cloud import CloudStore
from plugin.stores.backends.cloud_client import Bucket

FRESH_FOR = 1.0
"""Seconds after which a folder is listed anew, where somebody asks."""

GOOD_FOR = 10.0
"""Seconds for which a listing is gone by while a newer one does not come."""

PATIENCE = 5.0
"""Seconds that one caller waits for a listing."""

LISTERS = 8
"""Folders that are listed at the same time."""

MAX_READ = 10_000
"""Objects that are remembered at most."""


class _Snapshot(NamedTuple):
    keys: dict[str, None]  # sorted
    at: float


class _Refresh(NamedTuple):
    listing: "Future[_Snapshot]"
    started: float


class WatchedStore(CloudStore):
    """Objects in a bucket of which a few folders are looked at all the time. Safe between threads.

    What others create is seen within two seconds, what this process creates at once.
    """

    def __init__(
        self, location: str, bucket: Bucket, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(location, bucket)
        self._monotonic = monotonic
        # Not the pool that others may wait in for a listing.
        self._listers = ThreadPoolExecutor(LISTERS, thread_name_prefix="listing")
        self._lock = threading.Lock()
        self._snapshots: dict[str, _Snapshot] = {}
        self._refreshes: dict[str, _Refresh] = {}
        self._created: dict[str, set[str]] = {}
        self._read: dict[str, bytes] = {}

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""
        folder = _folder(key)
        created = super().create(key, data)
        with self._lock:
            if not created:  # what is known of the folder is out of date
                self._snapshots.pop(folder, None)
                self._refreshes.pop(folder, None)
                return False
            # Also for a listing that is under way and may have come past its place already.
            self._created.setdefault(folder, set()).add(key)
            if snapshot := self._snapshots.get(folder):
                self._snapshots[folder] = _Snapshot(_sorted(snapshot.keys, {key}), snapshot.at)
        return True

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """
        if not self.exists(key):
            self._read.pop(key, None)
            raise NotFoundError("object", key)
        if key not in self._read:
            if len(self._read) >= MAX_READ:
                self._read.clear()
            self._read[key] = super().get(key)
        return self._read[key]

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""
        return key in self._snapshot(_folder(key)).keys

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""
        return iter(self._snapshot(prefix).keys)

    def _snapshot(self, folder: str) -> _Snapshot:
        found, now = self._snapshots.get(folder), self._monotonic()
        if found and now - found.at < FRESH_FOR:
            return found
        refresh = self._refresh(folder, now)
        if found and now - found.at < GOOD_FOR:
            return found
        # Who comes while others have waited in vain already does not wait as well.
        left = max(0.0, refresh.started + PATIENCE - now)
        try:
            return refresh.listing.result(timeout=left)
        except TimeoutError:
            raise StoreError(f"{self._location}: does not answer in time") from None

    def _refresh(self, folder: str, now: float) -> _Refresh:
        """The listing of a folder that is under way, or has just ended; else the next."""
        with self._lock:
            last = self._refreshes.get(folder)
            if last and (not last.listing.done() or now - last.started < FRESH_FOR):
                return last
            self._created[folder] = set()
            listing = self._listers.submit(self._list, folder, now)
            self._refreshes[folder] = _Refresh(listing, now)
            return self._refreshes[folder]

    def _list(self, folder: str, now: float) -> _Snapshot:
        keys = dict.fromkeys(super().keys(folder))
        with self._lock:
            snapshot = _Snapshot(_sorted(keys, self._created[folder]), now)
            self._snapshots[folder] = snapshot
        return snapshot


def _folder(key: str) -> str:
    return key[: key.rindex("/") + 1]


def _sorted(keys: dict[str, None], more: set[str]) -> dict[str, None]:
    return dict.fromkeys(sorted({*keys, *more})) if more else keys
