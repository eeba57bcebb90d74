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
from plugin.services.looking import Look
from plugin.services.marking import EmailOf, read_annotation, reviewer_of
from plugin.stores.batches import Batches
from plugin.stores.review_log import ReviewsChanged
from plugin.stores.reviews import Review, Reviews
from plugin.stores.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

FRAMES_PER_CALL = 100


@dataclass(frozen=True)
class ReviewKeeper:
    """Keeps the finished annotations of every frame; those skipped, and drafts, are none."""

    batches: Batches
    reviews: Reviews
    spool: Spool
    label_studio: "LabelStudioGateway"
    clock: Clock

    def keep(self, batch: Batch, look: Look, email_of: EmailOf) -> None:
        """Follow what a look at a batch saw: made, changed, skipped and deleted annotations.

        Raises:
            LabelStudioError: it failed or did not answer.
            OSError: the Store refused; the same look is to be kept again.
        """
        touched = [self._take(batch, task, email_of) for task in look.changed]
        if look.emptied:
            touched += self._withdraw(batch, look.emptied)
        if frame_ids := sorted({each for each in touched if each}):
            changed = ReviewsChanged(batch.name, tuple(frame_ids))
            self.reviews.log.append(batch.project, changed, self.clock())

    def _take(self, batch: Batch, task: TaskState, email_of: EmailOf) -> str:
        """Keep what was said of a frame, and return its id; "" where it is none of ours."""
        frame_id = str(task.data.get("frame_id", ""))
        known = is_frame_id(frame_id)
        imported = self.spool.imported_frame(batch.project, frame_id) if known else None
        if imported is None:
            return ""  # somebody else's task, added to our project by hand
        finished = [each for each in task.annotations if not each.get("was_cancelled")]
        if finished:
            self.reviews.save(batch.project, _review(imported, finished, email_of))
        else:
            self.reviews.withdraw(batch.project, frame_id)
        return frame_id

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


def _review(
    imported: ImportedFrame, annotations: Iterable[Mapping[str, Any]], email_of: EmailOf
) -> Review:
    image = imported.frame.image
    said = [_opinion(each, (image.width, image.height), email_of) for each in annotations]
    opinions = sorted(said, key=attrgetter("finished_at", "annotation_id"))
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
        opinions=tuple(opinions),
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
