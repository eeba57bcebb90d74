"""The Store in an object store: Amazon S3 and what speaks its protocol, Google's, Azure's.

Whatever it does not answer in time, or refuses, is a StoreError.
"""

import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from mimetypes import guess_type
from typing import Any, ClassVar, TypeVar

from obstore.exceptions import AlreadyExistsError, BaseError

from plugin.domain.errors import NotFoundError, StoreError
from plugin.stores.backends.cloud_client import Bucket
from plugin.stores.backends.cloud_errors import is_missing_object, reason_of
from plugin.stores.objects import Copy, Listed, Pair, check_key

AT_ONCE = 32
"""Requests that a process has under way at the same time for methods that need many."""

READ_AHEAD = 8
"""Objects that may be in memory before they are asked for: images of 12 megapixels, say."""

PAGE = 1000
"""Objects in a page of a listing: as many as every one of the clouds gives at once."""

_TYPE = "Content-Type"
_WRITER = "writer"

Answer = TypeVar("Answer")


class CloudStore:
    """Objects in a bucket. Creating is a conditional write, which the cloud must honour.

    What it uses runs threads of its own, so a process that has used it must not fork: the child
    would wait for ever, and is told so instead.
    """

    _used_by: ClassVar[int | None] = None

    def __init__(self, location: str, bucket: Bucket) -> None:
        self._location = location
        self._opened = bucket
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store")

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""
        with self._reasons():
            self._bucket.put(
                check_key(key), data, use_multipart=False, attributes={_TYPE: _type_of(key)}
            )

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""
        return self._create(key, data, secrets.token_hex(8))

    def create_all(self, objects: Sequence[tuple[str, bytes]]) -> list[bool]:
        """Create many objects at the same time; False for a key that was taken."""
        return [each.result() for each in self._all(self.create, objects)]

    def copy_all(self, copies: Sequence[Copy]) -> list[bool]:
        """Copy objects within the cloud, at the same time; False for a key that was taken.

        Raises:
            NotFoundError: there is no object of a first key.
        """
        return [each.result() for each in self._all(self._copy, copies)]

    def create_pairs(self, pairs: Sequence[Pair]) -> list[bool]:
        """Make pairs of objects durable together: never a second one without its first.

        Raises:
            StoreError: the cloud refused, or did not answer. The second objects are removed again;
                one whose answer was lost may still come to be there, with its first.
        """
        for put in self._all(self.put, [(pair.first_key, pair.first) for pair in pairs]):
            put.result()
        seconds = [(pair.second_key, pair.second, secrets.token_hex(8)) for pair in pairs]
        created = self._all(self._create, seconds)
        try:
            return [each.result() for each in created]
        except StoreError:
            self._take_back([(key, mark) for key, _, mark in seconds])
            raise

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """
        with self._reasons(key):
            return self._bucket.get(check_key(key)).bytes().to_bytes()

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the objects under keys, in their order; None where there is none.

        Some are read ahead, at the same time.
        """
        left = iter(keys)
        ahead = deque(self._pool.submit(self._find, key) for key in islice(left, READ_AHEAD))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(self._pool.submit(self._find, key) for key in islice(left, 1))

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""
        try:
            with self._reasons(key):
                self._bucket.head(check_key(key))
        except NotFoundError:
            return False
        return True

    def existing(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which there is an object; asked for at the same time."""
        found = self._all(self.exists, [(key,) for key in keys])
        return {key for key, each in zip(keys, found, strict=True) if each.result()}

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with suppress(NotFoundError), self._reasons(key):
            self._bucket.delete(check_key(key))

    def delete_all(self, keys: Iterable[str]) -> None:
        """Remove many objects at the same time; nothing happens for those that are not there."""
        for each in self._all(self.delete, [(key,) for key in keys]):
            each.result()

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""
        return (each.key for each in self.listing(prefix))

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Yield what lies below a prefix that ends in `/`, sorted by key; no object is read."""
        folder = check_key(prefix.removesuffix("/"))
        with self._reasons():
            for page in self._bucket.list(folder, chunk_size=PAGE):
                for each in page:
                    yield Listed(each["path"], each["last_modified"].timestamp())

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read."""
        folder = check_key(prefix.removesuffix("/")) if prefix else None
        with self._reasons():
            found = self._bucket.list_with_delimiter(folder)["common_prefixes"]
        return sorted(each.rpartition("/")[2] for each in found)

    def location(self, key: str) -> str:
        """The address of an object, or of a folder."""
        return f"{self._location}/{check_key(key)}"

    def _copy(self, key: str, other_key: str) -> bool:
        # Few clouds copy on condition; whoever is quicker than we are has written the same.
        if self.exists(other_key):
            return False
        with self._reasons(key):
            self._bucket.copy(check_key(key), check_key(other_key))
        return True

    def _create(self, key: str, data: bytes, mark: str) -> bool:
        """Create with a mark that says who did, for an answer that is lost on its way."""
        try:
            with self._reasons():
                self._bucket.put(
                    check_key(key), data, mode="create",
                    attributes={_TYPE: _type_of(key), _WRITER: mark},
                )  # fmt: skip
        except AlreadyExistsError:
            # The client may have asked again, and have met what its first try had written.
            return self._writer(key) == mark
        return True

    def _writer(self, key: str) -> str | None:
        """The mark of who created an object; None where there is none, or no mark."""
        with suppress(NotFoundError), self._reasons(key):
            return self._bucket.get(key).attributes.get(_WRITER)
        return None

    def _take_back(self, marked: Sequence[tuple[str, str]]) -> None:
        """Remove what a group that failed has created; another failure is no news."""

        def take_back(key: str, mark: str) -> None:
            if self._writer(key) == mark:
                self.delete(key)

        for each in self._all(take_back, marked):
            with suppress(StoreError):
                each.result()

    def _find(self, key: str) -> bytes | None:
        try:
            return self.get(key)
        except NotFoundError:
            return None

    def _all(
        self, function: Callable[..., Answer], arguments: Iterable[tuple[Any, ...]]
    ) -> list[Future[Answer]]:
        """Call a function many times at once; all of the calls have ended when this returns."""
        calls = [self._pool.submit(function, *each) for each in arguments]
        wait(calls)
        return calls

    @property
    def _bucket(self) -> Bucket:
        process = os.getpid()
        if CloudStore._used_by not in (None, process):
            raise RuntimeError("a process forked after it had used the Store; see CloudStore")
        CloudStore._used_by = process
        return self._opened

    def _reasons(self, key: str = "") -> AbstractContextManager[None]:
        return _reasons(self._location, key)


@contextmanager
def _reasons(location: str, key: str = "") -> Iterator[None]:
    """Say our errors for the client's; where a key is asked for, NotFoundError too."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except (BaseError, OSError, NotImplementedError) as error:
        if key and is_missing_object(error):
            raise NotFoundError("object", key) from None
        raise StoreError(f"{location}: {reason_of(error)}") from None


def _type_of(key: str) -> str:
    return guess_type(key)[0] or "application/octet-stream"
