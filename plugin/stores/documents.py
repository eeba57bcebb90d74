"""Small typed JSON documents in the Store: deployments, batches, reviews, assignments."""

from collections.abc import Iterable, Iterator
from itertools import tee
from typing import TypeVar

import msgspec

from plugin.domain.errors import NotFoundError, UnavailableError
from plugin.formats.reading import UNREADABLE
from plugin.stores.objects import ObjectStore

Document = TypeVar("Document", bound=msgspec.Struct)


def encode(document: msgspec.Struct) -> bytes:
    """A document as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def name_of(key: str) -> str:
    """What a document is called within its folder."""
    return key.rpartition("/")[2].removesuffix(".json")


def read(store: ObjectStore, key: str, kind: type[Document]) -> Document | None:
    """The document under a key, None when there is none.

    Raises:
        UnavailableError: what is stored cannot be read.
    """
    try:
        return decode(key, store.get(key), kind)
    except NotFoundError:
        return None


def decode(key: str, data: bytes, kind: type[Document]) -> Document:
    """A document from what is stored under a key.

    Raises:
        UnavailableError: it cannot be read; it names the key, for somebody must look at it.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except UNREADABLE as error:
        raise UnavailableError(key, f"what is stored cannot be read: {error}") from error


def read_all(store: ObjectStore, prefix: str, kind: type[Document]) -> Iterator[Document]:
    """Yield every document below a prefix, in the order of their keys."""
    return read_those(store, store.keys(prefix), kind)


def read_those(store: ObjectStore, keys: Iterable[str], kind: type[Document]) -> Iterator[Document]:
    """Yield the documents under keys, in their order; those that are not there are left out.

    Raises:
        UnavailableError: one of them cannot be read.
    """
    named, asked = tee(keys)  # there may be a million
    for key, data in zip(named, store.get_all(asked), strict=True):
        if data is not None:
            yield decode(key, data, kind)
