"""Kept events on disk until the server has them: `<time>-<frame_id>.json` and its image.

The image is written first, so a record never waits for an image that is not there. The record is
the body of the post.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from plugin.domain.frame import frame_id
from plugin.edge.files import BESIDE, write_file
from plugin.edge.images import extension_of

_NAME = re.compile(r"[0-9]{20}-[0-9a-z]+")

MAX_REJECTED = 100
"""Events set aside that are kept for a person to look at."""

_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the spool; `size` in bytes with its image, `image` None where it has none."""

    name: str
    record: Path
    image: Path | None
    size: int

    @property
    def content_type(self) -> str:
        """The media type of its image."""
        return _TYPES[self.image.suffix[1:]] if self.image else ""

    @property
    def since(self) -> float:
        """When it was spooled (seconds of the epoch)."""
        return int(self.name.partition("-")[0]) / 1e9


class EdgeSpool:
    """A folder of events. One thread writes; the counts may be read by any."""

    def __init__(self, folder: Path) -> None:
        """Take what an earlier run left there; what a crash left half written is removed."""
        self._events = folder / "events"
        self._rejected = folder / "rejected"
        for each in (self._events, self._rejected):
            each.mkdir(parents=True, exist_ok=True)
        self._entries = _found(self._events)
        self._tries: dict[str, int] = {}
        self._newest = 0
        self.bytes = sum(entry.size for entry in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, project: str, event_id: str, body: bytes, image: bytes, now: float) -> None:
        """Put an event on disk; an empty image is none.

        Raises:
            OSError: the disk does not take it; nothing is left of it.
        """
        # Later than the one before, whatever the clock does: the oldest are to go first.
        self._newest = max(int(now * 1e9), self._newest + 1)
        name = f"{self._newest:020d}-{frame_id(project, event_id)}"
        place = self._events / f"{name}.{extension_of(image)}" if image else None
        entry = Entry(name, self._events / f"{name}.json", place, len(body) + len(image))
        if place:
            write_file(place, image)
        try:
            write_file(entry.record, body)
        except OSError:
            _remove(entry)
            raise
        self._entries[name] = entry
        self.bytes += entry.size

    def next(self) -> Entry | None:
        """The event to send next: of those tried least often the oldest, so that none blocks."""
        if not self._entries:
            return None
        name = min(self._entries, key=lambda name: (self._tries.get(name, 0), name))
        return self._entries[name]

    def put_back(self, entry: Entry) -> None:
        """Note that sending failed: others are tried first."""
        self._tries[entry.name] = self._tries.get(entry.name, 0) + 1

    def remove(self, entry: Entry) -> None:
        """Forget an event that is sent or lost."""
        self._forget(entry)
        _remove(entry)

    def reject(self, entry: Entry, problem: str) -> None:
        """Set an event aside, with what the server said of it; the oldest of them go."""
        self._forget(entry)
        for path in (entry.record, entry.image):
            if path:
                path.replace(self._rejected / path.name)
        write_file(self._rejected / f"{entry.name}.txt", problem.encode())
        for record in sorted(self._rejected.glob("*.json"))[:-MAX_REJECTED]:
            for path in self._rejected.glob(f"{record.stem}.*"):
                path.unlink(missing_ok=True)

    def trim(self, max_bytes: int, oldest: float) -> int:
        """Drop the oldest until the rest fits and is younger than `oldest`; how many went."""
        dropped = 0
        for entry in sorted(self._entries.values(), key=lambda entry: entry.name):
            if self.bytes <= max_bytes and entry.since >= oldest:
                break
            self.remove(entry)
            dropped += 1
        return dropped

    def adopt(self, folder: Path) -> None:
        """Take over the events of a folder that no process has any more."""
        events = folder / "events"
        if not events.is_dir():
            return
        for name, entry in _found(events).items():
            image = entry.image and self._events / entry.image.name
            if entry.image and image:
                shutil.move(entry.image, image)
            shutil.move(entry.record, self._events / entry.record.name)
            self._entries[name] = Entry(name, self._events / entry.record.name, image, entry.size)
            self.bytes += entry.size

    def _forget(self, entry: Entry) -> None:
        self.bytes -= self._entries.pop(entry.name).size
        self._tries.pop(entry.name, None)


def _found(folder: Path) -> dict[str, Entry]:
    records, images = {}, {}
    for path in sorted(folder.iterdir()):
        if path.suffix == BESIDE:
            path.unlink()
        elif not _NAME.fullmatch(path.stem):
            continue  # somebody else's
        elif path.suffix == ".json":
            records[path.stem] = path
        elif path.suffix[1:] in _TYPES:
            images[path.stem] = path
    for name in images.keys() - records.keys():
        images.pop(name).unlink()
    return {name: _entry(path, images.get(name)) for name, path in records.items()}


def _entry(record: Path, image: Path | None) -> Entry:
    size = sum(path.stat().st_size for path in (record, image) if path)
    return Entry(record.stem, record, image, size)


def _remove(entry: Entry) -> None:
    # The record first: an image alone is nobody's, a record alone would lose its image.
    entry.record.unlink(missing_ok=True)
    if entry.image:
        entry.image.unlink(missing_ok=True)
