"""The Store: durable objects under keys. What every kind of it promises."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

_KEY = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class Pair(NamedTuple):
    """Two objects of which the second names the first, like a frame's image and its record.

    The first is replaced where it exists: without its second it is what a crash left behind.
    """

    first_key: str
    first: bytes
    second_key: str
    second: bytes


class Copy(NamedTuple):
    """An object, and another key that it shall lie under as well."""

    key: str
    other_key: str


class Listed(NamedTuple):
    """An object in a listing; `modified` is when it was written last (POSIX time)."""

    key: str
    modified: float


class ObjectStore(Protocol):
    """Durable objects under keys like `projects/parts/frames/…`. Safe to share between threads.

    Every method raises an OSError where the Store does not answer, or refuses.
    """

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object; it is durable when this returns."""

    def create(self, key: str, data: bytes) -> bool:
        """Write an object unless its key is taken; False when it was."""

    def create_all(self, objects: Sequence[tuple[str, bytes]]) -> list[bool]:
        """Create many objects, which is faster than one by one; False for a key that was taken.

        When it raises, some of them may be there.
        """

    def copy_all(self, copies: Sequence[Copy]) -> list[bool]:
        """Let objects lie under other keys, too, without a look at them; False for a taken one.

        For objects that never change: their two keys may share what they hold.

        Raises:
            NotFoundError: there is no object of a first key.
        """

    def create_pairs(self, pairs: Sequence[Pair]) -> list[bool]:
        """Make pairs of objects durable together: never a second one without its first.

        Either all of it is done when this returns, or, when it raises, none of the second ones is
        there. False for a pair whose second key was taken.
        """

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundError: there is none.
        """

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the objects under keys, in their order; None where there is none."""

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""

    def existing(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which there is an object."""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when there is none."""

    def delete_all(self, keys: Iterable[str]) -> None:
        """Remove many objects; nothing happens for those that are not there."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix that ends in `/`, sorted."""

    def listing(self, prefix: str) -> Iterator[Listed]:
        """Yield what lies below a prefix that ends in `/`, sorted by key; no object is read."""

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix, sorted; their content is not read.

        Of the whole Store where the prefix is "".
        """

    def location(self, key: str) -> str:
        """Where a person finds an object, or a folder: a path or an address."""


def check_key(key: str) -> str:
    """The key, if it is one.

    Raises:
        ValueError: a bug of ours, never the user's: names are checked before they get here.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
