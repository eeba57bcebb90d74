"""Putting a backup back into an empty Store, and proving that a backup is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from sqlite3 import IntegrityError

import msgspec

from plugin.backup.contents import BackupError, Head, Line
from plugin.backup.index import Index, open_index
from plugin.backup.order import PASSING
from plugin.backup.places import Place, Reader
from plugin.domain.errors import ConflictError, NewerFormError
from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore
from plugin.stores.store_format import FORMAT, RESTORING

AT_ONCE = 16
"""Objects that are written together."""


class _Restoring(msgspec.Struct, frozen=True):
    source: str


@dataclass(frozen=True)
class Restore:
    """Puts a backup back. The Store is closed to everybody until all of it was proved."""

    store: ObjectStore
    place: Place
    source: str

    def run(self, name: str = "") -> Head:
        """Put the backup of a name back, the newest where it is "", and return what it was.

        One that was interrupted goes on when it is run again.

        Raises:
            ConflictError: the Store is not empty.
            BackupError: the backup is not whole, or not what it was when it was made.
            NewerFormError: a newer release has made it.
            OSError: the Store or the place does not answer.
        """
        with self.place.reader(name) as reader:
            self._close_store(reader.name)
            head = _proved(reader, self._written(reader))
        if head.store_format > FORMAT:
            raise NewerFormError(self.source, head.store_format, FORMAT)
        self.store.delete(RESTORING)
        return head

    def _close_store(self, name: str) -> None:
        said = _Restoring(f"{name} from {self.source}")
        begun = read(self.store, RESTORING, _Restoring)
        if begun is not None and begun != said:
            raise ConflictError(f"a restore of {begun.source} was begun: go on with that one")
        if begun is None:
            tops = set(self.store.folders("")) - PASSING - {"format"}
            if tops:
                found = ", ".join(sorted(tops))
                raise ConflictError(f"the Store is not empty ({found}): move away what is there")
            self.store.create(RESTORING, encode(said))

    def _written(self, reader: Reader) -> Iterator[tuple[str, bytes]]:
        """Yield the objects of a backup, each once it is in the Store."""
        objects = reader.objects()
        while group := list(islice(objects, AT_ONCE)):
            created = self.store.create_all(group)
            for (key, data), is_new in zip(group, created, strict=True):
                if not is_new and self.store.get(key) != data:
                    raise ConflictError(f"the Store: {key} is there with other content")
            yield from group


def check(place: Place, name: str = "") -> Head:
    """Read a whole backup, and return what it is.

    Raises:
        BackupError: it is not whole, or not what it was when it was made.
        OSError: the place does not answer.
    """
    with place.reader(name) as reader:
        return _proved(reader, reader.objects())


def _proved(reader: Reader, objects: Iterator[tuple[str, bytes]]) -> Head:
    """The head of a backup whose objects are all there, as its lists say, and no others."""
    with open_index() as index:
        for key, data in objects:
            _note(index, Line(key, sha256(data).hexdigest(), len(data)))
        for line in reader.lines():
            if not index.take(line):
                raise BackupError(f"{line.key}: is missing from the backup, or was changed in it")
        left, _ = index.totals()
        if left:
            raise BackupError(f"{left} objects in the backup are not in its list")
        return reader.head()


def _note(index: Index, line: Line) -> None:
    try:
        index.add(line)
    except IntegrityError:
        raise BackupError(f"{line.key}: is in the backup twice") from None
