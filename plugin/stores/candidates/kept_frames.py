"""The frames that were charged, from their records in the Store."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from plugin.domain.memory import KeptFrame
from plugin.stores.documents import read_those
from plugin.stores.objects import ObjectStore

MARGIN = timedelta(hours=2)
"""By how much clocks may differ, that of the Store included."""


class _Image(msgspec.Struct, gc=False):
    look: str = ""


class _Frame(msgspec.Struct, gc=False):
    frame_id: str
    received_at: datetime
    image: _Image
    rule: str = ""
    digest: str = ""


class _Holder(msgspec.Struct, gc=False):
    frame: _Frame


_PLACES: dict[str, type[_Frame] | type[_Holder]] = {
    "awaiting": _Holder, "pending": _Frame, "imported": _Holder, "failed": _Holder,
}  # fmt: skip

_ORDER = ("failed", "awaiting", "pending", "imported", "failed")
"""A record is written in its new place before it leaves the old one. Who reads the places in the
order in which frames pass them misses none; what failed may be tried again, so that comes twice."""


def kept_frames(store: ObjectStore, project: str, since: datetime) -> list[KeptFrame]:
    """The frames of a project that were received since a time, each once.

    Raises:
        OSError: the Store does not answer.
    """
    found = {
        frame.frame_id: KeptFrame(
            frame.frame_id, frame.received_at, frame.rule, frame.digest, frame.image.look
        )
        for place in _ORDER
        for frame in _frames(store, project, place, since)
        if frame.received_at >= since
    }
    return list(found.values())


def _frames(store: ObjectStore, project: str, place: str, since: datetime) -> Iterator[_Frame]:
    # A record is written after its frame was received: what is older need not be read.
    oldest = (since - MARGIN).timestamp()
    listing = store.listing(f"projects/{project}/frames/{place}/")
    keys = (each.key for each in listing if each.modified >= oldest)
    for record in read_those(store, keys, _PLACES[place]):
        yield record.frame if isinstance(record, _Holder) else record
