"""The Store: whether it takes, keeps and gives back, and how much room it has."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from plugin.domain.diagnosis import Finding, warning
from plugin.domain.errors import NotFoundError
from plugin.readiness import MIN_FREE, in_words
from plugin.stores.backends.folder import FolderStore
from plugin.stores.objects import ObjectStore

LITTLE_SPACE = 1_000_000_000
"""Bytes below which there is little room: some thousands of images."""

LITTLE_SHARE = 0.05
"""Of a disk's space, or of its files (inodes), below which little is left."""

CONTENT = b"written by `lsal doctor`, which removes it\n"


@dataclass(frozen=True)
class StoreChecks:
    """Tries a Store out, with an object of its own that it removes."""

    store: ObjectStore

    def findings(self) -> Iterator[Finding]:
        """Yield whether it works, and of a folder how much room there is."""
        yield self._store()
        if isinstance(self.store, FolderStore) and self.store.root.is_dir():
            yield from _disk(self.store)

    def _store(self) -> Finding:
        # One segment more, and its location is that of the Store.
        where = self.store.location("probes").removesuffix("probes").rstrip("/")
        key = f"probes/{secrets.token_hex(8)}"
        try:
            wrong = self._try(key)
        except OSError as error:
            said = in_words(error)
            return Finding("store", f"{where}: {said}", _cure(self.store, error))
        if wrong:
            fix = "STORE_URL must name a store that honours `If-None-Match: *`"
            return Finding("store", f"{where}: {wrong}", fix)
        if isinstance(self.store, FolderStore) and not self.store.synced:
            fix = "leave `?sync=fast` out of STORE_URL where the last frames must outlive a crash"
            said = f"{where} takes and gives back; a power cut may cost the last half a minute"
            return warning("store", said, fix)
        return Finding("store", f"{where} takes, keeps and gives back")

    def _try(self, key: str) -> str:
        """What it does otherwise than promised; "" where nothing."""
        created = self.store.create(key, CONTENT)
        try:
            if not created or self.store.get(key) != CONTENT:
                return "gives back something else than it was given"
            if self.store.create(key, b"overwritten"):
                return "does not do conditional writes, so it may overwrite objects"
        except NotFoundError:
            return "does not have what it has just taken"
        finally:
            self.store.delete(key)
        return "does not remove what it is told to" if self.store.exists(key) else ""


def _cure(store: ObjectStore, error: OSError) -> str:
    if not isinstance(store, FolderStore):
        return "the bucket of STORE_URL must exist, and our keys permit reading, writing, deleting"
    if isinstance(error, PermissionError):
        return f"let the user that runs us write there: chown -R {os.geteuid()} {store.root}"
    return "STORE_URL must name a folder, on a disk that has room and is mounted for writing"


def _disk(store: FolderStore) -> Iterator[Finding]:
    disk = os.statvfs(store.root)
    free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    share = free / size if size else 1.0
    # Some file systems do not count files, and say there are none.
    files = disk.f_favail / disk.f_files if disk.f_files else 1.0
    said = f"{_bytes(free)} free, {share:.0%} of the disk"
    fix = "make room on the disk of STORE_URL, or move the Store to a larger one or a bucket"
    if free < MIN_FREE or not files:
        yield Finding("disk", f"{said}: nothing is accepted any more", fix)
    elif free < LITTLE_SPACE or share < LITTLE_SHARE:
        yield warning("disk", said, fix)
    elif files < LITTLE_SHARE:
        yield warning("disk", f"{said}, but room for only {files:.0%} of its files (inodes)", fix)
    else:
        yield Finding("disk", said)


def _bytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
