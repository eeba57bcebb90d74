"""Finished reviews: what people made of a frame, as documents in the Store."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from plugin.domain.consensus import Opinion
from plugin.domain.prediction import Prediction
from plugin.stores.documents import encode, name_of, read, read_all, read_those
from plugin.stores.objects import ObjectStore
from plugin.stores.review.review_log import Cursor, ReviewLog


class Review(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people finished of a frame: the newest annotation, and all of them as `opinions`.

    `truth` holds the newest one's boxes, confidence 1. `opinions` are oldest first. `task_gone`
    where somebody removed its task from Label Studio: what was done is kept. `look` is the
    perceptual hash of the frame's image in 16 hex digits, "" where it is not known or the frame's
    record has it.
    """

    frame_id: str
    batch: str
    task_id: int
    annotation_id: int
    reviewer: str
    finished_at: datetime
    seconds: float | None
    truth: Prediction
    opinions: tuple[Opinion, ...] = ()
    task_gone: bool = False
    look: str = ""

    @property
    def all_opinions(self) -> tuple[Opinion, ...]:
        """Every finished annotation, oldest first; of documents from before, the one they have."""
        return self.opinions or (
            Opinion(
                reviewer=self.reviewer,
                finished_at=self.finished_at,
                truth=self.truth,
                seconds=self.seconds,
                annotation_id=self.annotation_id,
            ),
        )


class Waiting(msgspec.Struct, frozen=True):
    """What nobody has read yet: images whose reviews changed, and the batches they are of."""

    images: int
    batches: frozenset[str]


class Reviews:
    """Reads and writes reviews. Who changes any notes it in the log afterwards."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.log = ReviewLog(store)

    def save(self, project: str, review: Review) -> None:
        """Keep a review, in place of an earlier one of the same frame."""
        self._store.put(_key(project, review.frame_id), encode(review))

    def save_all(self, project: str, reviews: Sequence[Review]) -> None:
        """Keep reviews of different frames, as `save` does; those of new frames together."""
        documents = [(_key(project, each.frame_id), encode(each)) for each in reviews]
        created = self._store.create_all(documents)
        for (key, document), is_new in zip(documents, created, strict=True):
            if not is_new:
                self._store.put(key, document)

    def withdraw(self, project: str, frame_id: str) -> None:
        """Forget a review: its annotations were deleted or skipped since."""
        self._store.delete(_key(project, frame_id))

    def find(self, project: str, frame_id: str) -> Review | None:
        """The review of one frame; None where nobody has finished it."""
        return read(self._store, _key(project, frame_id), Review)

    def of_frames(self, project: str, frame_ids: Sequence[str]) -> dict[str, Review]:
        """The reviews of those of the frames that have one, by frame id."""
        keys = [_key(project, each) for each in frame_ids]
        return {review.frame_id: review for review in read_those(self._store, keys, Review)}

    def of_project(self, project: str) -> Iterator[Review]:
        """Yield all reviews of a project, by frame id."""
        return read_all(self._store, _folder(project), Review)

    def changed_since(self, project: str, cursor: Cursor | None) -> tuple[list[str], Cursor]:
        """Frames whose reviews were saved or withdrawn behind a cursor, sorted, and the next one.

        Without a cursor all frames that have a review. A frame may come although its review is as
        it was, and always comes when it is not.
        """
        keys, after = self.log.entries(project, cursor or Cursor())
        if cursor is None:
            return [name_of(key) for key in self._store.keys(_folder(project))], after
        return sorted({each for entry in self.log.read(keys) for each in entry.frame_ids}), after

    def waiting(self, project: str, cursor: Cursor | None) -> Waiting:
        """How much lies behind a cursor; all of it without one. No review is read."""
        keys, _ = self.log.entries(project, cursor or Cursor())
        entries = list(self.log.read(keys))
        if cursor is None:
            images = sum(1 for _ in self._store.keys(_folder(project)))
        else:
            images = len({frame_id for entry in entries for frame_id in entry.frame_ids})
        return Waiting(images, frozenset(entry.batch for entry in entries))


def _folder(project: str) -> str:
    return f"projects/{project}/reviews/"


def _key(project: str, frame_id: str) -> str:
    return f"{_folder(project)}{frame_id[:2]}/{frame_id}.json"
