"""The spool: frames between our 2xx and their task in Label Studio.

A frame is two objects, its image and its record; the folder of the record says how far it is:

    projects/<project>/images/<ab>/<frame_id>.jpg
    projects/<project>/frames/pending/<frame_id>.json     waits for its import
    projects/<project>/frames/imported/<ab>/<frame_id>.json    is a task in Label Studio
    projects/<project>/frames/failed/<frame_id>.json      was set aside, with its error

The spool is the queue: whoever imports reads `pending/`, and what is queued elsewhere is a hint.
"""

from collections.abc import Iterator
from datetime import datetime

from plugin.domain.frame import FailedFrame, Frame, ImportedFrame
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore


class Spool:
    """Frames of all projects, in the Store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def add(self, frame: Frame, image: bytes) -> bool:
        """Make a frame durable; False when it was there already, in whatever state."""
        if self.contains(frame.project, frame.frame_id):
            return False
        # The image first: a record never names an image that is not there.
        self._store.create(frame.image.key, image)
        return self._store.create(_pending(frame.project, frame.frame_id), encode(frame))

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
        """How many frames were set aside."""
        return sum(1 for _ in self._store.keys(f"projects/{project}/frames/failed/"))

    def failed(self, project: str) -> Iterator[FailedFrame]:
        """Yield the frames that were set aside."""
        return read_all(self._store, f"projects/{project}/frames/failed/", FailedFrame)


def image_key(project: str, frame_id: str, extension: str) -> str:
    """Where the image of a frame lies in the Store."""
    return f"projects/{project}/images/{frame_id[:2]}/{frame_id}.{extension}"


def _pending(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/pending/{frame_id}.json"


def _imported(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/imported/{frame_id[:2]}/{frame_id}.json"


def _failed(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/failed/{frame_id}.json"
