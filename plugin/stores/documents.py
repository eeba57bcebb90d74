"""Small typed JSON documents in the Store: deployments, batches, reviews, assignments."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from plugin.domain.errors import NotFoundError
from plugin.stores.objects import ObjectStore

Document = TypeVar("Document", bound=msgspec.Struct)


def encode(document: msgspec.Struct) -> bytes:
    """A document as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def name_of(key: str) -> str:
    """What a document is called within its folder."""
    return key.rpartition("/")[2].removesuffix(".json")


def read(store: ObjectStore, key: str, kind: type[Document]) -> Document | None:
    """The document under a key, None when there is none."""
    try:
        return msgspec.json.decode(store.get(key), type=kind)
    except NotFoundError:
        return None


def read_all(store: ObjectStore, prefix: str, kind: type[Document]) -> Iterator[Document]:
    """Yield every document below a prefix, in the order of their keys."""
    return read_those(store, store.keys(prefix), kind)


def read_those(store: ObjectStore, keys: Iterable[str], kind: type[Document]) -> Iterator[Document]:
    """Yield the documents under keys, in their order; those that are not there are left out."""
    for data in store.get_all(keys):
        if data is not None:
            yield msgspec.json.decode(data, type=kind)
