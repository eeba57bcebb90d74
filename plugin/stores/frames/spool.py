"""The spool: frames between our 2xx and their task in Label Studio.

A frame is two objects, its image and its record; the folder of the record says how far it is:

    projects/<project>/images/<ab>/<frame_id>.jpg
    projects/<project>/frames/awaiting/<frame_id>.json    was kept, its image is yet to come
    projects/<project>/frames/pending/<frame_id>.json     waits for its import
    projects/<project>/frames/imported/<ab>/<frame_id>.json    is a task in Label Studio
    projects/<project>/frames/failed/<frame_id>.json      was set aside, with its error
    projects/<project>/frames/missing/<frame_id>.json     kept, but its image could not be had

The spool is the queue: whoever imports reads `pending/`, and what is queued elsewhere is a hint.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Literal

from plugin.domain.frame import FailedFrame, Frame, ImportedFrame
from plugin.stores.documents import encode, name_of, read, read_all, read_those
from plugin.stores.objects import ObjectStore, Pair

_SET_ASIDE: tuple[Literal["failed"], Literal["missing"]] = ("failed", "missing")


class Spool:
    """Frames of all projects, in the Store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def add(self, frame: Frame, image: bytes) -> bool:
        """Make a frame durable; False when it was there already, in whatever state.

        Raises:
            OSError: the Store refused; the frame is not there.
        """
        return self.add_all([(frame, image)])[0]

    def add_all(self, frames: Sequence[tuple[Frame, bytes]]) -> list[bool]:
        """Make frames durable together; False for each that was there already.

        Raises:
            OSError: the Store refused; none of them is there that was not before.
        """
        places = [_places(frame.project, frame.frame_id) for frame, _ in frames]
        there = self._store.existing([place for each in places for place in each])
        new = [each for each, its in zip(frames, places, strict=True) if there.isdisjoint(its)]
        created = self._store.create_pairs([_pair(frame, image) for frame, image in new])
        self._store.delete_all(_missing(frame.project, frame.frame_id) for frame, _ in new)
        added = {each[0].frame_id for each, done in zip(new, created, strict=True) if done}
        return [frame.frame_id in added for frame, _ in frames]

    def contains(self, project: str, frame_id: str) -> bool:
        """Whether this frame was kept, however far it is."""
        return bool(self._store.existing(_places(project, frame_id)))

    def pending(self, project: str) -> list[str]:
        """Ids of the frames that wait for their import."""
        return [name_of(key) for key in self._store.keys(_folder(project, "pending"))]

    def is_pending(self, project: str, besides: Collection[str] = ()) -> bool:
        """Whether any frame waits for its import, besides these."""
        keys = self._store.keys(_folder(project, "pending"))
        return any(name_of(key) not in besides for key in keys)

    def frame(self, project: str, frame_id: str) -> Frame | None:
        """A pending frame; None when it is not pending any more."""
        return read(self._store, _pending(project, frame_id), Frame)

    def frames(self, project: str, frame_ids: Sequence[str]) -> list[Frame]:
        """Those of the frames that are pending, in their order.

        What is a task already is removed: a pending record may have outlived its import.
        """
        done = self._store.existing([_imported(project, each) for each in frame_ids])
        for each in frame_ids:
            if _imported(project, each) in done:
                self.drop_pending(project, each)
        left = [each for each in frame_ids if _imported(project, each) not in done]
        return list(read_those(self._store, [_pending(project, each) for each in left], Frame))

    def image(self, frame: Frame) -> bytes:
        """The image of a frame, as it was posted."""
        return self._store.get(frame.image.key)

    def mark_all_imported(
        self, batch: str, tasks: Sequence[tuple[Frame, int]], now: datetime
    ) -> None:
        """Note that frames are tasks now, each with its task's id; they are pending no more."""
        done = [ImportedFrame(frame, batch, task_id, now) for frame, task_id in tasks]
        self._store.create_all(
            [(_imported(each.frame.project, each.frame.frame_id), encode(each)) for each in done]
        )
        self._store.delete_all(_pending(frame.project, frame.frame_id) for frame, _ in tasks)

    def replace_imported(self, imported: ImportedFrame) -> None:
        """Note that a frame is another task than we knew."""
        key = _imported(imported.frame.project, imported.frame.frame_id)
        self._store.put(key, encode(imported))

    def mark_failed(self, frame: Frame, error: str, now: datetime) -> None:
        """Set a frame aside, with the error that a person should read."""
        failed = FailedFrame(frame, error, now)
        self._store.put(_failed(frame.project, frame.frame_id), encode(failed))
        self._store.delete(_pending(frame.project, frame.frame_id))

    def retry(self, project: str, frame_id: str) -> bool:
        """Let a frame that was set aside wait for its import again; False when it was not."""
        failed = read(self._store, _failed(project, frame_id), FailedFrame)
        if failed is None:
            return False
        # In this order: a crash in between leaves it in both places, never in none.
        self._store.create(_pending(project, frame_id), encode(failed.frame))
        self._store.delete(_failed(project, frame_id))
        return True

    def mark_missing(self, frame: Frame, error: str, now: datetime) -> None:
        """Note that the image of a frame could not be had; the same event may be posted again."""
        self._store.put(
            _missing(frame.project, frame.frame_id), encode(FailedFrame(frame, error, now))
        )

    def drop_pending(self, project: str, frame_id: str) -> None:
        """Remove a pending record that outlived its import."""
        self._store.delete(_pending(project, frame_id))

    def imported(self, project: str) -> Iterator[ImportedFrame]:
        """Yield every frame of a project that is a task."""
        return read_all(self._store, f"projects/{project}/frames/imported/", ImportedFrame)

    def imported_frame(self, project: str, frame_id: str) -> ImportedFrame | None:
        """One frame that is a task; None when it is none."""
        return read(self._store, _imported(project, frame_id), ImportedFrame)

    def imported_frames(self, project: str, frame_ids: Sequence[str]) -> dict[str, ImportedFrame]:
        """Those of the frames that are tasks, by frame id."""
        keys = [_imported(project, each) for each in frame_ids]
        found = read_those(self._store, keys, ImportedFrame)
        return {each.frame.frame_id: each for each in found}

    def count_failed(self, project: str) -> int:
        """How many frames were set aside, or are missing their image."""
        return sum(1 for place in _SET_ASIDE for _ in self._store.keys(_folder(project, place)))

    def failed(self, project: str) -> Iterator[FailedFrame]:
        """Yield the frames that were set aside, or are missing their image."""
        for place in _SET_ASIDE:
            yield from self.set_aside(project, place)

    def set_aside(self, project: str, place: Literal["failed", "missing"]) -> Iterator[FailedFrame]:
        """Yield the frames that were set aside after an error, or those without their image."""
        return read_all(self._store, _folder(project, place), FailedFrame)

    def failed_ids(self, project: str) -> list[str]:
        """Ids of the frames that were set aside after an error."""
        return [name_of(key) for key in self._store.keys(_folder(project, "failed"))]

    def is_missing(self, project: str, frame_id: str) -> bool:
        """Whether the image of a frame could not be had."""
        return self._store.exists(_missing(project, frame_id))


def _pair(frame: Frame, image: bytes) -> Pair:
    # The image first: a record never names an image that is not there.
    return Pair(frame.image.key, image, _pending(frame.project, frame.frame_id), encode(frame))


def image_key(project: str, frame_id: str, extension: str) -> str:
    """Where the image of a frame lies in the Store."""
    return f"projects/{project}/images/{frame_id[:2]}/{frame_id}.{extension}"


def _places(project: str, frame_id: str) -> tuple[str, str, str]:
    """Where the record of a frame may lie that was kept, however far it is."""
    return _pending(project, frame_id), _imported(project, frame_id), _failed(project, frame_id)


def _pending(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/pending/{frame_id}.json"


def _imported(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/imported/{frame_id[:2]}/{frame_id}.json"


def _failed(project: str, frame_id: str) -> str:
    return f"{_folder(project, 'failed')}{frame_id}.json"


def _missing(project: str, frame_id: str) -> str:
    return f"{_folder(project, 'missing')}{frame_id}.json"


def _folder(project: str, place: str) -> str:
    return f"projects/{project}/frames/{place}/"
