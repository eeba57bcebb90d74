"""The format of the whole Store: which releases may work on it.

    format/000001.json       made by the first process of the first release with this format
    format/restoring.json    a backup is being restored: what lies here is not whole yet

The newest number is in force. A release reads every format up to its own, document by document as
it meets them, and raises the number when it starts; one that finds a greater number than its own
does not start, and while it runs begins nothing more (docs/adr/0009-forms-are-numbered.md).
"""

from datetime import datetime
from importlib.metadata import version

import msgspec

from plugin.domain.errors import NewerFormError, UnavailableError
from plugin.stores.documents import encode
from plugin.stores.objects import ObjectStore

FORMAT = 1
"""Raised whenever a kind of document gets another form: an older release would drop what it does
not know when it writes such a document anew."""

FOLDER = "format/"
RESTORING = f"{FOLDER}restoring.json"


class Mark(msgspec.Struct, frozen=True):
    """Which release began a format, and when."""

    release: str
    at: datetime


def expect_known(store: ObjectStore) -> None:
    """Look whether this release may work on a Store: one listing of a few keys.

    Raises:
        NewerFormError: a newer release works on it.
        UnavailableError: a restore into it was begun and not finished.
        OSError: the Store does not answer.
    """
    keys = list(store.keys(FOLDER))
    if RESTORING in keys:
        raise UnavailableError("Store", "a restore into it was not finished: run it again")
    if (found := _newest(keys)) > FORMAT:
        raise NewerFormError("Store", found, FORMAT)


def begin_work(store: ObjectStore, now: datetime) -> None:
    """Look as `expect_known` does, and note that this release works on it from now on.

    Raises:
        NewerFormError: a newer release works on it.
        UnavailableError: a restore into it was begun and not finished.
        OSError: the Store does not answer, or refuses.
    """
    expect_known(store)
    store.create(_key(FORMAT), encode(Mark(version("label-studio-active-learning"), now)))


def _newest(keys: list[str]) -> int:
    """The greatest number among the marks; 0 where there is none, as in the first releases."""
    names = (key.removeprefix(FOLDER).removesuffix(".json") for key in keys)
    return max((int(name) for name in names if name.isdecimal()), default=0)


def _key(number: int) -> str:
    return f"{FOLDER}{number:06d}.json"
