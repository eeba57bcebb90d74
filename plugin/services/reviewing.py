"""Finished annotations become reviews: what the training set is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugin.domain.batching import Batch
from plugin.domain.frame import ImportedFrame
from plugin.formats.label_studio import decode_annotation
from plugin.labelstudio.values import TaskState
from plugin.services.looking import Look
from plugin.services.marking import EmailOf, changed_at, newest_finished, reviewer_of
from plugin.stores.batches import Batches
from plugin.stores.reviews import Review, Reviews
from plugin.stores.spool import Spool


@dataclass(frozen=True)
class ReviewKeeper:
    """Keeps the newest finished annotation of every frame, and none where there is none."""

    batches: Batches
    reviews: Reviews
    spool: Spool

    def keep(self, batch: Batch, look: Look, email_of: EmailOf) -> None:
        """Follow what a look at a batch saw: made, changed, skipped and deleted annotations."""
        for task in look.changed:
            self._take(batch, task, email_of)
        if look.emptied:
            self._withdraw(batch, look.emptied)

    def _take(self, batch: Batch, task: TaskState, email_of: EmailOf) -> None:
        frame_id = str(task.data.get("frame_id", ""))
        imported = self.spool.imported_frame(batch.project, frame_id)
        if imported is None:
            return  # somebody else's task, added to our project by hand
        newest = newest_finished(task.annotations)
        if newest is None:
            self.reviews.withdraw(batch.project, imported.frame.frame_id)
        else:
            self.reviews.save(batch.project, _review(imported, newest, email_of))

    def _withdraw(self, batch: Batch, tasks: frozenset[int]) -> None:
        """Forget the reviews of tasks that have no annotation any more, or are gone."""
        for each in self.batches.tasks(batch):
            if each.id in tasks:
                self.reviews.withdraw(batch.project, each.frame_id)


def _review(imported: ImportedFrame, annotation: Mapping[str, Any], email_of: EmailOf) -> Review:
    image = imported.frame.image
    return Review(
        frame_id=imported.frame.frame_id,
        batch=imported.batch,
        task_id=imported.task_id,
        annotation_id=int(annotation["id"]),
        reviewer=reviewer_of(annotation, email_of),
        finished_at=changed_at(annotation),
        seconds=annotation.get("lead_time"),
        truth=decode_annotation(annotation["result"], image.width, image.height),
    )
