"""Finished reviews: what people made of a frame, as documents in the Store."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from plugin.domain.prediction import Prediction
from plugin.stores.documents import encode, read_all
from plugin.stores.objects import ObjectStore


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The newest finished annotation of a frame. `truth` holds its boxes, confidence 1."""

    frame_id: str
    batch: str
    task_id: int
    annotation_id: int
    reviewer: str
    finished_at: datetime
    seconds: float | None
    truth: Prediction


class Reviews:
    """Reads and writes reviews."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def save(self, project: str, review: Review) -> None:
        """Keep a review, in place of an earlier one of the same frame."""
        self._store.put(_key(project, review.frame_id), encode(review))

    def withdraw(self, project: str, frame_id: str) -> None:
        """Forget a review: its annotation was deleted or skipped since."""
        self._store.delete(_key(project, frame_id))

    def of_project(self, project: str) -> Iterator[Review]:
        """Yield all reviews of a project, by frame id."""
        return read_all(self._store, f"projects/{project}/reviews/", Review)


def _key(project: str, frame_id: str) -> str:
    return f"projects/{project}/reviews/{frame_id[:2]}/{frame_id}.json"
