"""Segments: runs of records in the Store, by image id, each with an index for look-ups.

The index has one row a record, in their order, so that a record is found by reading one page.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from plugin.domain.errors import NotFoundError, StoreError
from plugin.formats.reading import UNREADABLE
from plugin.stores.documents import encode
from plugin.stores.objects import ObjectStore
from plugin.training_set.examples import Example
from plugin.training_set.versions import Segment

PAGE = 128
"""Records in an object: what is read to find one."""

_PAGES_AT_ONCE = 8  # written together, synced once

DIGEST, FLAG = "<u8", "u1"

ROW = np.dtype(
    [("id", DIGEST), ("look", DIGEST), ("scene", DIGEST), ("group", DIGEST), ("split", FLAG),
     ("has_look", FLAG)]
)  # fmt: skip

Rows = NDArray[np.void]
"""Rows of an index, of the type `ROW`."""


class Row(NamedTuple):
    """What look-ups need to know of an image.

    `id`, `scene` (0: none) and `group` are digests, `look` is its perceptual hash where it has one,
    `split` the place of its split in `SPLITS`.
    """

    id: int
    look: int
    scene: int
    group: int
    split: int
    has_look: bool


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of an image: its example, None where it was removed."""

    image_id: str
    example: Example | None = None


class Digests(msgspec.Struct, frozen=True):
    """SHA-256 of the parts of a segment."""

    index: str
    pages: tuple[str, ...]


class Segments:
    """Reads and writes the segments of all projects' training sets."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._decoder = msgspec.json.Decoder(Record)

    def write(
        self, project: str, name: str, records: Iterable[tuple[Record, Row]]
    ) -> Segment | None:
        """Write records, which come by image id, with their rows; None where there are none."""
        folder, encoder = _folder(project, name), msgspec.json.Encoder()
        rows: list[Row] = []
        digests: list[str] = []
        stream = iter(records)
        while group := list(islice(stream, PAGE * _PAGES_AT_ONCE)):
            rows += [row for _, row in group]
            pages = [
                encoder.encode_lines([record for record, _ in group[at : at + PAGE]])
                for at in range(0, len(group), PAGE)
            ]
            numbered = enumerate(pages, start=len(digests))
            self._store.create_all([(_page(folder, number), page) for number, page in numbered])
            digests += [sha256(page).hexdigest() for page in pages]
        if not rows:
            return None
        index = np.array(rows, ROW).tobytes()
        said = encode(Digests(sha256(index).hexdigest(), tuple(digests)))
        self._store.create_all([(f"{folder}/index", index), (_digests(folder), said)])
        return Segment(name, len(rows), sha256(said).hexdigest())

    def rows(self, project: str, segment: Segment) -> Rows:
        """The rows of a segment, in the order of its records.

        Raises:
            StoreError: they are gone or cut short.
        """
        data = self._read(f"{_folder(project, segment.name)}/index")
        if len(data) != segment.records * ROW.itemsize:
            raise StoreError(f"the index of segment {segment.name} is cut short")
        return np.frombuffer(data, ROW)

    def page(self, project: str, segment: Segment, number: int) -> list[Record]:
        """One page of records.

        Raises:
            StoreError: it is gone, or no records.
        """
        key = _page(_folder(project, segment.name), number)
        try:
            return self._decoder.decode_lines(self._read(key))
        except UNREADABLE as error:
            raise StoreError(f"{key} cannot be read: {error}") from None

    def changed(self, project: str, segment: Segment) -> Iterator[str]:
        """Yield the keys of what is no longer as it was written, or is gone."""
        folder = _folder(project, segment.name)
        said = self._get(_digests(folder))
        if said is None or sha256(said).hexdigest() != segment.digest:
            yield _digests(folder)
            return
        digests = msgspec.json.decode(said, type=Digests)
        expected = {f"{folder}/index": digests.index}
        expected |= {_page(folder, at): each for at, each in enumerate(digests.pages)}
        for key, digest in expected.items():
            data = self._get(key)
            if data is None or sha256(data).hexdigest() != digest:
                yield key

    def records(self, project: str, segment: Segment) -> Iterator[Record]:
        """Yield every record of a segment, page by page."""
        for number in range(-(-segment.records // PAGE)):
            yield from self.page(project, segment, number)

    def merged(self, project: str, segments: Sequence[Segment]) -> Iterator[tuple[Record, Row]]:
        """Yield the last record of every image, with its row, of segments given oldest first."""
        streams = [self._aged(project, each, -age) for age, each in enumerate(segments)]
        before = None
        for image_id, _, record, row in heapq.merge(*streams, key=itemgetter(0, 1)):
            if image_id != before:
                yield record, row
            before = image_id

    def _aged(
        self, project: str, segment: Segment, age: int
    ) -> Iterator[tuple[str, int, Record, Row]]:
        rows = self.rows(project, segment)
        for at, record in enumerate(self.records(project, segment)):
            yield record.image_id, age, record, Row(*rows[at].item())

    def _read(self, key: str) -> bytes:
        data = self._get(key)
        if data is None:
            raise StoreError(f"{key} is gone")
        return data

    def _get(self, key: str) -> bytes | None:
        try:
            return self._store.get(key)
        except NotFoundError:
            return None


def _folder(project: str, name: str) -> str:
    return f"datasets/{project}/segments/{name}"


def _digests(folder: str) -> str:
    return f"{folder}/digests.json"


def _page(folder: str, number: int) -> str:
    return f"{folder}/{number:05d}.jsonl"
