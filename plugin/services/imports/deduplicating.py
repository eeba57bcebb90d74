"""Deduplicate: a frame that came to be two tasks is one again; nobody's work is removed.

Label Studio, or a proxy before it, may do a call long after it hung up, and after we have sent the
same frames again. What stays is the task that somebody worked on, or was given, else the one that
we know of.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.frame import ImportedFrame
from plugin.domain.reviewing import holders
from plugin.labelstudio.tasks import order_of
from plugin.labelstudio.values import TaskState
from plugin.services.assignment.assigning_changes import lock_of
from plugin.services.imports.sending import Sender
from plugin.stores.frames.batches import Batches, TaskRef
from plugin.stores.frames.doubts import LOOKS_AFTER, Doubt, Doubts
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Lease, Locks

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

WAIT = 10.0
"""Seconds to wait for somebody who assigns the batch."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """How many tasks were removed, and the frames of which two hold somebody's work."""

    removed: int = 0
    both: tuple[str, ...] = ()


@dataclass(slots=True)
class _Plan:
    """The task that stays of each frame that has one too many, and what may go."""

    kept: dict[str, TaskState]
    spare: list[TaskState]
    both: list[str]


@dataclass(frozen=True)
class Deduplicator:
    """Looks for the tasks of frames that were sent twice. Call it under the lock on imports."""

    doubts: Doubts
    spool: Spool
    batches: Batches
    label_studio: "LabelStudioGateway"
    sender: Sender
    locks: Locks
    clock: Clock

    def run(self, project: str, lease: Lease) -> None:
        """Look at what it is time for.

        Raises:
            LabelStudioError: it failed or did not answer; the look is still to come.
        """
        for doubt in self.doubts.due(project, self.clock()):
            lease.renew()
            try:
                self._look(project, doubt)
            except ConflictError as error:
                log.warning("doubled tasks are looked for later: %s", error)

    def _look(self, project: str, doubt: Doubt) -> None:
        batch = self.batches.find(project, doubt.batch)
        target = self.sender.opener.look(batch) if batch else None
        if target is None:
            self.doubts.end(doubt)  # deleted, and all of its tasks with it
            return
        both = self.settle(target.batch, doubt.frame_ids).both
        now, last = self.clock(), LOOKS_AFTER[-1]
        looks = tuple(min(each, now + last) for each in doubt.looks[1:] if each > now)
        if both and not looks:
            looks = (now + last,)  # until somebody has chosen
        if looks:
            self.doubts.replace(msgspec.structs.replace(doubt, looks=looks, both=both))
        else:
            self.doubts.end(doubt)

    def settle(self, batch: Batch, frame_ids: Sequence[str]) -> Deduplicated:
        """Make sure that up to 100 frames are one task each, and leave no image of another.

        Raises:
            LabelStudioError: it failed or did not answer.
            ConflictError: somebody is assigning the batch.
        """
        # What is assigned must not change between our look and the end.
        with self.locks.hold_renewed(lock_of(batch), wait=WAIT) as lease:
            if lease is None:
                raise ConflictError(f"batch {batch.name!r} is being assigned by somebody else")
            there = self.label_studio.tasks_showing(batch.label_studio_id, frame_ids)
            known = self.spool.imported_frames(batch.project, frame_ids)
            plan = self._plan(batch, there, known)
            self._record(batch, plan.kept, known)
            removed = {task.id for task in plan.spare if self._remove(batch, task)}
            left = [task for tasks in there.values() for task in tasks if task.id not in removed]
            self._remove_images(batch, frame_ids, left)
        touched = {str(task.data["frame_id"]) for task in plan.spare if task.id not in removed}
        return Deduplicated(len(removed), tuple(sorted({*plan.both, *touched})))

    def _plan(
        self,
        batch: Batch,
        there: Mapping[str, Sequence[TaskState]],
        known: Mapping[str, ImportedFrame],
    ) -> _Plan:
        plan = _Plan({}, [], [])
        other = {
            frame: tasks for frame, tasks in there.items() if not _is_one(tasks, known.get(frame))
        }
        if not other:
            return plan
        worked_on = set(self.label_studio.drafted_tasks(batch.label_studio_id))
        worked_on |= {task.id for tasks in other.values() for task in tasks if task.annotations}
        given = {task.id for tasks in other.values() for task in tasks if task.data.get("reviewer")}
        given |= holders(self.batches.assignments(batch).shares).keys()
        blind = self._blind(batch, other) - worked_on
        for frame, tasks in other.items():
            record = known.get(frame)
            others = list(tasks)
            seen = [task for task in tasks if task.id not in blind]
            if seen and (record is None or record.batch == batch.name):  # else it is elsewhere
                recorded = record.task_id if record else 0
                kept = max(seen, key=lambda task: _worth(task.id, worked_on, given, recorded))
                plan.kept[frame] = kept
                others.remove(kept)
            plan.spare += [task for task in others if task.id not in worked_on | given]
            plan.both += [frame] if any(task.id in worked_on | given for task in others) else []
        return plan

    def _blind(self, batch: Batch, there: Mapping[str, Sequence[TaskState]]) -> set[int]:
        """Tasks without an image, of frames that failed or wait: it went when those failed."""
        frames = self.spool.frames(batch.project, list(there))
        waiting = {frame.frame_id for frame in frames}
        waiting |= set(self.spool.failed_ids(batch.project)) & there.keys()
        placed = self.sender.media.placed(batch.label_studio_id) if waiting else set()
        tasks = [task for each in waiting for task in there[each]]
        return {task.id for task in tasks if task.data.get("image") not in placed}

    def _record(
        self, batch: Batch, kept: Mapping[str, TaskState], known: Mapping[str, ImportedFrame]
    ) -> None:
        """Note the tasks that stay, before another goes."""
        for frame_id in kept.keys() - known.keys():
            self.spool.retry(batch.project, frame_id)  # was set aside, and is a task after all
        waiting = self.spool.frames(batch.project, sorted(kept.keys() - known.keys()))
        if waiting:
            found = [(frame, kept[frame.frame_id].id) for frame in waiting]
            batch = self.sender.settle(batch, found, recount=True)
        moved = {frame_id: known[frame_id] for frame_id in kept if frame_id in known}
        if moved:
            self._move(batch, {each: (frame, kept[each].id) for each, frame in moved.items()})
        if waiting or moved:
            self.sender.opener.indexer.refresh(batch)

    def _move(self, batch: Batch, tasks: Mapping[str, tuple[ImportedFrame, int]]) -> None:
        refs = {
            frame_id: TaskRef(task, frame_id, order_of(known.frame), known.frame.captured_at)
            for frame_id, (known, task) in tasks.items()
        }
        self.batches.keep_one_each(batch, refs)
        size = self.batches.count(batch)
        self.batches.save(msgspec.structs.replace(batch, size=size))
        for known, task in tasks.values():
            if known.task_id != task:
                moved = msgspec.structs.replace(known, task_id=task, batch=batch.name)
                self.spool.replace_imported(moved)

    def _remove(self, batch: Batch, task: TaskState) -> bool:
        """Remove a task that nobody worked on; False where somebody has begun since we looked."""
        said = {"project": batch.project, "frame_id": task.data["frame_id"], "task": task.id}
        try:
            if self.label_studio.task(task.id)["annotations"] or self.label_studio.drafts(task.id):
                return False
            self.label_studio.remove_task(task.id)
        except NotFoundError:
            return True  # somebody else was faster
        log.warning("a frame was two tasks: one removed", extra=said)
        return True

    def _remove_images(
        self, batch: Batch, frame_ids: Sequence[str], left: Collection[TaskState]
    ) -> None:
        """Remove what was placed twice; images of frames that wait are the next import's."""
        waiting = {each.frame_id for each in self.spool.frames(batch.project, frame_ids)}
        shown = {str(task.data.get("image")) for task in left}
        self.sender.forget(batch, set(frame_ids) - waiting, shown)


def _is_one(tasks: Sequence[TaskState], known: ImportedFrame | None) -> bool:
    return known is not None and [task.id for task in tasks] == [known.task_id]


def _worth(
    task: int, worked_on: Collection[int], given: Collection[int], recorded: int
) -> tuple[bool, bool, bool, int]:
    """The greater, the rather a task stays; of two alike the older one."""
    return task in worked_on, task in given, task == recorded, -task
