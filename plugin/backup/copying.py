"""Copying the Store while everybody works on it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from secrets import token_hex

from plugin.backup.contents import BackupError, Head, Line, List, encode_lines
from plugin.backup.index import Index, open_index
from plugin.backup.order import prefixes
from plugin.backup.places import Copied, Place, Writer
from plugin.stores.objects import Listed, ObjectStore
from plugin.stores.store_format import FORMAT

SETTLED_AFTER = 60.0
"""Seconds after which nobody can have written an object again with the same time: clocks of the
clouds tick in seconds, and may differ from ours."""

AT_ONCE = 64
"""Objects that are looked at together."""

BYTES_AT_ONCE = 16_000_000
"""Bytes that are written together; how much is in memory, besides one object."""

LOOKS = 3
"""Listings of one prefix at most, while what is listed moves on before it is read."""


@dataclass
class Backup:
    """One backup of a Store into a place."""

    store: ObjectStore
    place: Place
    clock: Callable[[], datetime]
    left_out: Collection[str] = ()

    def run(self) -> Head:
        """Copy everything, and return what was copied.

        Raises:
            BackupError: the place takes no backup.
            OSError: the Store or the place does not answer.
        """
        begun = self.clock().astimezone(UTC)
        name = f"{begun:%Y%m%dT%H%M%SZ}-{token_hex(4)}"
        with open_index() as index, self.place.writer(name) as writer:
            if before := self.place.newest():
                index.note_earlier(before.lines())
            copied = sum(
                self._copy(prefix, index, writer) for prefix in prefixes(self.store, self.left_out)
            )
            return self._end(Beginning(name, begun), index, writer, copied)

    def _copy(self, prefix: str, index: Index, writer: Writer) -> int:
        """Copy what lies below a prefix; how many objects were read."""
        copied = 0
        for _ in range(LOOKS):
            read: list[bool] = []
            new = (each for each in self.store.listing(prefix) if not index.has(each.key))
            while group := list(islice(new, AT_ONCE)):
                changed = [each for each in group if not _is_known(each, index)]
                read += self._read(changed, index, writer)
            copied += sum(read)
            if all(read):
                break
        return copied

    def _read(self, group: list[Listed], index: Index, writer: Writer) -> list[bool]:
        """Copy objects; for each, whether it was still there.

        Where it was not it moved on since it was listed, to where we have yet to look.
        """
        settled_before = self.clock().timestamp() - SETTLED_AFTER
        waiting: list[Copied] = []
        there, size = [], 0
        contents = self.store.get_all(each.key for each in group)
        for listed, data in zip(group, contents, strict=True):
            there.append(data is not None)
            if data is None:
                continue
            if waiting and size + len(data) > BYTES_AT_ONCE:
                writer.add(waiting)
                waiting, size = [], 0
            digest = sha256(data).hexdigest()
            modified = listed.modified if listed.modified < settled_before else 0
            index.add(Line(listed.key, digest, len(data), modified))
            waiting.append(Copied(listed.key, digest, data))
            size += len(data)
        writer.add(waiting)
        return there

    def _end(self, beginning: "Beginning", index: Index, writer: Writer, copied: int) -> Head:
        objects, size = index.totals()
        if not objects:
            raise BackupError(f"{self.store.location('projects')}: the Store is empty")
        lists = []
        for number, lines in enumerate(index.lists(), 1):
            data, name = encode_lines(lines), f"{number:06d}.jsonl"
            writer.add_list(name, data)
            lists.append(List(name, sha256(data).hexdigest()))
        head = Head(
            name=beginning.name, begun_at=beginning.at, ended_at=self.clock().astimezone(UTC),
            release=version("label-studio-active-learning"), store_format=FORMAT,
            left_out=tuple(sorted(self.left_out)), objects=objects, bytes=size, copied=copied,
            lists=tuple(lists),
        )  # fmt: skip
        writer.end(head)
        return head


def _is_known(listed: Listed, index: Index) -> bool:
    """Whether the backup before has an object as it is; then it is in this one, too."""
    earlier = index.earlier(listed.key)
    if earlier is None or not earlier.modified or earlier.modified != listed.modified:
        return False
    index.add(earlier)
    return True


@dataclass(frozen=True)
class Beginning:
    """The name of a backup and when it was begun."""

    name: str
    at: datetime
