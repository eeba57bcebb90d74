"""Collect: what reviewers finished comes back, batch by batch, and how far each batch is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from plugin.domain.batching import Batch, Progress
from plugin.domain.errors import NotFoundError
from plugin.domain.frame import ImportedFrame
from plugin.formats.label_studio import decode_annotation
from plugin.labelstudio.values import TaskState
from plugin.services.opening import BatchOpener
from plugin.stores.batches import Batches
from plugin.stores.reviews import Review, Reviews
from plugin.stores.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

OVERLAP = timedelta(seconds=30)
"""Looked at again each time: a change may become visible later than its own time says."""


@dataclass(frozen=True)
class Collector:
    """From Label Studio back to us."""

    batches: Batches
    reviews: Reviews
    spool: Spool
    label_studio: "LabelStudioGateway"
    opener: BatchOpener

    def collect(self, project: str) -> int:
        """Bring a project's reviews up to date, and return how many tasks had changed."""
        emails = self.label_studio.emails()
        opened = (batch for batch in self.batches.of_project(project) if not batch.closed)
        return sum(self._collect_unless_gone(batch, emails) for batch in opened)

    def _collect_unless_gone(self, batch: Batch, emails: Mapping[int, str]) -> int:
        try:
            return self._collect(batch, emails)
        except NotFoundError:
            if self.opener.look(batch) is None:
                return 0  # somebody deleted it; it is closed now
            raise

    def _collect(self, batch: Batch, emails: Mapping[int, str]) -> int:
        before = self.batches.progress(batch)
        since, changed = before.looked_until, 0
        for task in self.label_studio.changed_tasks(
            batch.label_studio_id, since - OVERLAP if since else None
        ):
            self._take(batch, task, emails)
            since = max(since or task.updated_at, task.updated_at)
            changed += 1
        counts = self.label_studio.counts(batch.label_studio_id)
        now = Progress(counts.total, counts.finished, counts.skipped, since)
        if now != before:
            self.batches.save_progress(batch, now)
        return changed

    def _take(self, batch: Batch, task: TaskState, emails: Mapping[int, str]) -> None:
        imported = self.spool.imported_frame(batch.project, str(task.data.get("frame_id", "")))
        if imported is None:
            return  # somebody else's task, added to our project by hand
        newest = _newest_finished(task.annotations)
        if newest is None:
            self.reviews.withdraw(batch.project, imported.frame.frame_id)
        else:
            self.reviews.save(batch.project, _review(imported, newest, emails))


def _newest_finished(annotations: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The annotation that counts: not skipped, the last one changed."""
    finished = [each for each in annotations if not each.get("was_cancelled")]
    return max(finished, key=_changed_at, default=None)


def _changed_at(annotation: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(annotation["updated_at"]))


def _review(
    imported: ImportedFrame, annotation: Mapping[str, Any], emails: Mapping[int, str]
) -> Review:
    image = imported.frame.image
    by = annotation.get("completed_by")
    return Review(
        frame_id=imported.frame.frame_id,
        batch=imported.batch,
        task_id=imported.task_id,
        annotation_id=int(annotation["id"]),
        reviewer=emails.get(by, str(by)) if isinstance(by, int) else str(by),
        finished_at=_changed_at(annotation),
        seconds=annotation.get("lead_time"),
        truth=decode_annotation(annotation["result"], image.width, image.height),
    )
