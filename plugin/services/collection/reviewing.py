"""Finished annotations become reviews: what the training set is made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.consensus import Opinion
from plugin.domain.errors import InvalidInputError
from plugin.domain.frame import ImportedFrame, is_frame_id
from plugin.domain.prediction import Prediction
from plugin.formats.label_studio import decode_annotation
from plugin.labelstudio.values import TaskState
from plugin.services.collection.hashing import Hasher
from plugin.services.collection.looking import Look
from plugin.services.collection.marking import EmailOf, read_annotation, reviewer_of
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.spool import Spool
from plugin.stores.review.review_log import ReviewsChanged
from plugin.stores.review.reviews import Review, Reviews

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

FRAMES_PER_CALL = 100


@dataclass(frozen=True)
class ReviewKeeper:
    """Keeps the finished annotations of every frame; those skipped, and drafts, are none."""

    batches: Batches
    reviews: Reviews
    spool: Spool
    hasher: Hasher
    label_studio: "LabelStudioGateway"
    clock: Clock

    def keep(self, batch: Batch, look: Look, email_of: EmailOf) -> None:
        """Follow what a look at a batch saw: made, changed, skipped and deleted annotations.

        Raises:
            LabelStudioError: it failed or did not answer.
            OSError: the Store refused; the same look is to be kept again.
        """
        touched = []
        for at in range(0, len(look.changed), FRAMES_PER_CALL):
            touched += self._take(batch, look.changed[at : at + FRAMES_PER_CALL], email_of)
        if look.emptied:
            touched += self._withdraw(batch, look.emptied)
        if frame_ids := sorted(set(touched)):
            changed = ReviewsChanged(batch.name, tuple(frame_ids))
            self.reviews.log.append(batch.project, changed, self.clock())

    def _take(self, batch: Batch, tasks: Sequence[TaskState], email_of: EmailOf) -> list[str]:
        """Keep what was said of frames, and return their ids."""
        said = {each: finished for task in tasks for each, finished in [_said(task)] if each}
        # A task that somebody else added to our project by hand has no frame.
        frames = self.spool.imported_frames(batch.project, list(said))
        finished = [frame for each, frame in frames.items() if said[each]]
        looks = self.hasher.looks(batch.project, [each.frame for each in finished])
        reviews = [
            _review(imported, _opinions(imported, said[imported.frame.frame_id], email_of), look)
            for imported, look in zip(finished, looks, strict=True)
        ]
        self.reviews.save_all(batch.project, reviews)
        for each in frames:
            if not said[each]:
                self.reviews.withdraw(batch.project, each)
        return list(frames)

    def _withdraw(self, batch: Batch, tasks: frozenset[int]) -> list[str]:
        """Forget the reviews of tasks that have no annotation any more.

        Of a task that somebody removed, the review is kept, and says so.
        """
        frame_ids = [each.frame_id for each in self.batches.tasks(batch) if each.id in tasks]
        found = self.reviews.of_frames(batch.project, frame_ids)
        there = self._still_there(batch, frame_ids)
        for frame_id, review in found.items():
            if frame_id in there:
                self.reviews.withdraw(batch.project, frame_id)
            else:
                gone = msgspec.structs.replace(review, task_gone=True)
                self.reviews.save(batch.project, gone)
        return list(found)

    def _still_there(self, batch: Batch, frame_ids: Sequence[str]) -> set[str]:
        there: set[str] = set()
        for at in range(0, len(frame_ids), FRAMES_PER_CALL):
            some = frame_ids[at : at + FRAMES_PER_CALL]
            there |= self.label_studio.tasks_of_frames(batch.label_studio_id, some).keys()
        return there


def _said(task: TaskState) -> tuple[str, list[Mapping[str, Any]]]:
    """The id of a task's frame, "" where it has none, and its finished annotations."""
    finished = [each for each in task.annotations if not each.get("was_cancelled")]
    frame_id = str(task.data.get("frame_id", ""))
    return frame_id if is_frame_id(frame_id) else "", finished


def _opinions(
    imported: ImportedFrame, annotations: Iterable[Mapping[str, Any]], email_of: EmailOf
) -> tuple[Opinion, ...]:
    """What was said of a frame, oldest first."""
    image = imported.frame.image
    said = [_opinion(each, (image.width, image.height), email_of) for each in annotations]
    return tuple(sorted(said, key=attrgetter("finished_at", "annotation_id")))


def _review(imported: ImportedFrame, opinions: tuple[Opinion, ...], look: str) -> Review:
    newest = opinions[-1]
    return Review(
        frame_id=imported.frame.frame_id,
        batch=imported.batch,
        task_id=imported.task_id,
        annotation_id=newest.annotation_id,
        reviewer=newest.reviewer,
        finished_at=newest.finished_at,
        seconds=newest.seconds,
        truth=newest.truth,
        opinions=opinions,
        look=look,
    )


def _opinion(said: Mapping[str, Any], size: tuple[int, int], email_of: EmailOf) -> Opinion:
    annotation, truth, error = read_annotation(said), Prediction(*size), ""
    try:
        truth = decode_annotation(annotation.result, *size)
    except InvalidInputError as broken:
        error = str(broken)  # one annotation that cannot be read holds up no others
    return Opinion(
        reviewer=reviewer_of(annotation, email_of),
        finished_at=annotation.updated_at,
        truth=truth,
        ground_truth=bool(annotation.ground_truth),
        seconds=annotation.lead_time,
        annotation_id=annotation.id,
        error=error,
    )
