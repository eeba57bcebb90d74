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

from collections.abc import Iterator, Sequence
from datetime import datetime

from plugin.domain.frame import FailedFrame, Frame, ImportedFrame
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore, Pair

_SET_ASIDE = ("failed", "missing")


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
        new = [each for each in frames if not self.contains(each[0].project, each[0].frame_id)]
        created = self._store.create_pairs([_pair(frame, image) for frame, image in new])
        for frame, _ in new:
            self._store.delete(_missing(frame.project, frame.frame_id))
        added = {each[0].frame_id for each, done in zip(new, created, strict=True) if done}
        return [frame.frame_id in added for frame, _ in frames]

    def contains(self, project: str, frame_id: str) -> bool:
        """Whether this frame was kept, however far it is."""
        places = (_pending, _imported, _failed)
        return any(self._store.exists(place(project, frame_id)) for place in places)

    def pending(self, project: str) -> list[str]:
        """Ids of the frames that wait for their import."""
        keys = self._store.keys(f"projects/{project}/frames/pending/")
        return [key.rpartition("/")[2].removesuffix(".json") for key in keys]

    def frame(self, project: str, frame_id: str) -> Frame | None:
        """A pending frame; None when it is not pending any more."""
        return read(self._store, _pending(project, frame_id), Frame)

    def image(self, frame: Frame) -> bytes:
        """The image of a frame, as it was posted."""
        return self._store.get(frame.image.key)

    def mark_imported(self, frame: Frame, batch: str, task_id: int, now: datetime) -> None:
        """Note that a frame is a task now; it is pending no more."""
        done = ImportedFrame(frame, batch, task_id, now)
        self._store.create(_imported(frame.project, frame.frame_id), encode(done))
        self._store.delete(_pending(frame.project, frame.frame_id))

    def mark_failed(self, frame: Frame, error: str, now: datetime) -> None:
        """Set a frame aside, with the error that a person should read."""
        failed = FailedFrame(frame, error, now)
        self._store.put(_failed(frame.project, frame.frame_id), encode(failed))
        self._store.delete(_pending(frame.project, frame.frame_id))

    def mark_missing(self, frame: Frame, error: str, now: datetime) -> None:
        """Note that the image of a frame could not be had; the same event may be posted again."""
        self._store.put(
            _missing(frame.project, frame.frame_id), encode(FailedFrame(frame, error, now))
        )

    def is_imported(self, project: str, frame_id: str) -> bool:
        """Whether a frame is a task already; a pending record may have outlived a crash."""
        return self._store.exists(_imported(project, frame_id))

    def drop_pending(self, project: str, frame_id: str) -> None:
        """Remove a pending record that outlived its import."""
        self._store.delete(_pending(project, frame_id))

    def imported(self, project: str) -> Iterator[ImportedFrame]:
        """Yield every frame of a project that is a task."""
        return read_all(self._store, f"projects/{project}/frames/imported/", ImportedFrame)

    def imported_frame(self, project: str, frame_id: str) -> ImportedFrame | None:
        """One frame that is a task; None when it is none."""
        return read(self._store, _imported(project, frame_id), ImportedFrame)

    def count_failed(self, project: str) -> int:
        """How many frames were set aside, or are missing their image."""
        return sum(1 for place in _SET_ASIDE for _ in self._store.keys(_folder(project, place)))

    def failed(self, project: str) -> Iterator[FailedFrame]:
        """Yield the frames that were set aside, or are missing their image."""
        for place in _SET_ASIDE:
            yield from read_all(self._store, _folder(project, place), FailedFrame)


def _pair(frame: Frame, image: bytes) -> Pair:
    # The image first: a record never names an image that is not there.
    return Pair(frame.image.key, image, _pending(frame.project, frame.frame_id), encode(frame))


def image_key(project: str, frame_id: str, extension: str) -> str:
    """Where the image of a frame lies in the Store."""
    return f"projects/{project}/images/{frame_id[:2]}/{frame_id}.{extension}"


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
