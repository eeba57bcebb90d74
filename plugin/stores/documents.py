"""Small typed JSON documents in the Store: deployments, batches, reviews, assignments.

A document may say its form, `"format": 2`; one without a number has form 0. A kind whose form
changed has a step from each of its earlier forms to the next, applied as a document is read. A
document in a form that this release does not know is refused, and so never written over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from typing import Any, TypeVar

import msgspec

from plugin.domain.errors import NewerFormError, NotFoundError, UnavailableError
from plugin.formats.reading import UNREADABLE
from plugin.stores.objects import ObjectStore

Document = TypeVar("Document", bound=msgspec.Struct)

Step = Callable[[str, dict[str, Any]], dict[str, Any]]
"""From one form of a kind to its next: takes where a document lies and its fields, gives the new
fields. Pure, and never changed once it was released."""

Steps = Sequence[Step]
"""All of a kind, the first from form 0 to 1: as many as the form that is written now."""

_FORMAT = b'"format"'


class _Numbered(msgspec.Struct):
    format: Any = 0  # of what has such a field for something else, like the name of a file format


def encode(document: msgspec.Struct, steps: Steps = ()) -> bytes:
    """A document as JSON that a person can read, with the number of its form where it has one."""
    data = msgspec.json.encode(document)
    if steps:
        numbered = msgspec.json.decode(data) | {"format": len(steps)}
        data = msgspec.json.encode(numbered)
    return msgspec.json.format(data, indent=1)


def decode(key: str, data: bytes, kind: type[Document], steps: Steps = ()) -> Document:
    """A document that lies under a key, brought to the present form of its kind.

    Raises:
        NewerFormError: a newer release has written it, in a form of its own.
        UnavailableError: it cannot be read; it names the key, for somebody must look at it.
    """
    try:
        form = _form_of(data)
        if form < len(steps):
            return msgspec.convert(_stepped(key, data, form, steps), kind, str_keys=True)
        if form == len(steps):
            return msgspec.json.decode(data, type=kind)
    except UNREADABLE as error:
        raise UnavailableError(key, f"what is stored cannot be read: {error}") from error
    raise NewerFormError(key, form, len(steps))


def _stepped(key: str, data: bytes, form: int, steps: Steps) -> dict[str, Any]:
    fields = msgspec.json.decode(data, type=dict[str, Any])
    try:
        for step in steps[form:]:
            fields = step(key, fields)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise msgspec.ValidationError(f"this is no form {form} of its kind: {error!r}") from error
    return fields


def name_of(key: str) -> str:
    """What a document is called within its folder."""
    return key.rpartition("/")[2].removesuffix(".json")


def read(store: ObjectStore, key: str, kind: type[Document], steps: Steps = ()) -> Document | None:
    """The document under a key, None when there is none.

    Raises:
        UnavailableError: what is stored cannot be read.
    """
    try:
        return decode(key, store.get(key), kind, steps)
    except NotFoundError:
        return None


def read_all(
    store: ObjectStore, prefix: str, kind: type[Document], steps: Steps = ()
) -> Iterator[Document]:
    """Yield every document below a prefix, in the order of their keys."""
    return read_those(store, store.keys(prefix), kind, steps)


def read_those(
    store: ObjectStore, keys: Iterable[str], kind: type[Document], steps: Steps = ()
) -> Iterator[Document]:
    """Yield the documents under keys, in their order; those that are not there are left out.

    Raises:
        UnavailableError: one of them cannot be read.
    """
    named, asked = tee(keys)  # there may be a million
    for key, data in zip(named, store.get_all(asked), strict=True):
        if data is not None:
            yield decode(key, data, kind, steps)


def _form_of(data: bytes) -> int:
    """The number that a document says; most say none."""
    if _FORMAT not in data:
        return 0  # and is not decoded twice
    found = msgspec.json.decode(data, type=_Numbered).format
    return found if isinstance(found, int) else 0
