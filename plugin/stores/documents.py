"""Small typed JSON documents in the Store: deployments, batches, reviews, assignments."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from plugin.domain.errors import NotFoundError
from plugin.stores.objects import ObjectStore

Document = TypeVar("Document", bound=msgspec.Struct)


def encode(document: msgspec.Struct) -> bytes:
    """A document as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def read(store: ObjectStore, key: str, kind: type[Document]) -> Document | None:
    """The document under a key, None when there is none."""
    try:
        return msgspec.json.decode(store.get(key), type=kind)
    except NotFoundError:
        return None


def read_all(store: ObjectStore, prefix: str, kind: type[Document]) -> Iterator[Document]:
    """Yield every document below a prefix, in the order of their keys."""
    for data in store.get_all(store.keys(prefix)):
        if data is not None:  # removed since it was listed
            yield msgspec.json.decode(data, type=kind)
