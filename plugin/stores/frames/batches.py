"""Batches of every project, as documents in the Store."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter

import msgspec

from plugin.domain.batching import Batch, batch_name
from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.reviewing import Assignments, Ledger
from plugin.stores.documents import encode, read, read_all, read_those
from plugin.stores.earlier_forms import ASSIGNMENTS, TASKS
from plugin.stores.objects import ObjectStore


class TaskRef(msgspec.Struct, frozen=True):
    """A task and the frame it shows, with its place in the order of review."""

    id: int
    frame_id: str
    order: str
    captured_at: datetime


class TaskRefs(msgspec.Struct, frozen=True):
    """Tasks that were imported together."""

    items: tuple[TaskRef, ...]


class Opening(msgspec.Struct, frozen=True):
    """A batch that somebody began to open."""

    begun_at: datetime


class Batches:
    """Reads and writes batches and what belongs to them."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def create(self, batch: Batch) -> bool:
        """Note a new batch; False when one of this name is known."""
        return self._store.create(_key(batch.project, batch.name), encode(batch))

    def save(self, batch: Batch) -> None:
        """Replace what is known of a batch."""
        self._store.put(_key(batch.project, batch.name), encode(batch))

    def find(self, project: str, name: str) -> Batch | None:
        """A batch by its name."""
        return read(self._store, _key(project, name), Batch)

    def get(self, project: str, name: str) -> Batch:
        """A batch by its name.

        Raises:
            NotFoundError: there is none.
        """
        batch = self.find(project, name)
        if batch is None:
            raise NotFoundError("batch", name)
        return batch

    def of_project(self, project: str) -> list[Batch]:
        """All batches of a project, oldest first."""
        found = read_all(self._store, f"projects/{project}/batches/", Batch)
        return sorted(found, key=attrgetter("created_at", "part"))

    def ledger(self, batch: Batch) -> Ledger:
        """What Label Studio said of a batch; an empty one where it was not asked yet."""
        return read(self._store, _key(batch.project, batch.name, "ledgers"), Ledger) or Ledger()

    def save_ledger(self, batch: Batch, ledger: Ledger) -> None:
        """Replace what Label Studio said of a batch."""
        self._store.put(_key(batch.project, batch.name, "ledgers"), encode(ledger))

    def assignments(self, batch: Batch) -> Assignments:
        """Who reviews what in a batch."""
        key = _key(batch.project, batch.name, "assignments")
        return read(self._store, key, Assignments, ASSIGNMENTS) or Assignments()

    def save_assignments(self, batch: Batch, assignments: Assignments, base: int) -> Assignments:
        """Replace who reviews what, and return it with its new revision.

        Who calls holds the lock on the batch's assignments.

        Args:
            batch: the batch.
            assignments: what holds from now on.
            base: the revision that it was made from.

        Raises:
            ConflictError: that is not the revision in force.
        """
        found = self.assignments(batch).revision
        if found != base:
            raise ConflictError(
                f"the assignments of batch {batch.name!r} were changed meanwhile:"
                f" revision {found} is in force, not {base}"
            )
        saved = msgspec.structs.replace(assignments, revision=base + 1)
        key = _key(batch.project, batch.name, "assignments")
        self._store.put(key, encode(saved, ASSIGNMENTS))
        return saved

    def add_tasks(self, batch: Batch, tasks: tuple[TaskRef, ...]) -> None:
        """Note tasks that were imported into a batch; the same ones twice count once."""
        first = min(task.id for task in tasks)
        key = f"{_tasks_of(batch)}{first:012d}.json"
        if not self._store.create(key, encode(TaskRefs(tasks), TASKS)):
            known = read(self._store, key, TaskRefs, TASKS) or TaskRefs(())
            both = TaskRefs(tuple(dict.fromkeys((*known.items, *tasks))))
            self._store.put(key, encode(both, TASKS))

    def keep_one_each(self, batch: Batch, kept: Mapping[str, TaskRef]) -> None:
        """Note the one task that is left of each of some frames, and forget others of theirs."""
        self.add_tasks(batch, tuple(kept.values()))
        for key in list(self._store.keys(_tasks_of(batch))):
            page = read(self._store, key, TaskRefs, TASKS) or TaskRefs(())
            left = tuple(each for each in page.items if kept.get(each.frame_id, each) == each)
            if left != page.items:
                self._store.put(key, encode(TaskRefs(left), TASKS))

    def tasks(self, batch: Batch) -> list[TaskRef]:
        """Every task of a batch, by id."""
        found = _by_id(read_all(self._store, _tasks_of(batch), TaskRefs, TASKS))
        return [found[identifier] for identifier in sorted(found)]

    def newest_tasks(self, batch: Batch, number: int) -> list[TaskRef]:
        """The tasks that were imported last, newest first; no earlier page of them is read."""
        keys = reversed(list(self._store.keys(_tasks_of(batch))))
        found: dict[int, TaskRef] = {}
        for page in read_those(self._store, keys, TaskRefs, TASKS):
            found |= _by_id([page])
            if len(found) >= number:
                break
        return [found[identifier] for identifier in sorted(found, reverse=True)[:number]]

    def count(self, batch: Batch) -> int:
        """How many tasks were imported into a batch, counted one by one; for after a crash."""
        return len(self.tasks(batch))

    def newest(self, project: str, period: str) -> Batch | None:
        """The last part of a period; None when it has none.

        Parts are numbered without gaps, so a few looks find the last, however many there are.
        """
        last = _last(lambda part: self._store.exists(_key(project, batch_name(period, part))))
        return self.find(project, batch_name(period, last)) if last else None

    def close(self, batch: Batch, reason: str) -> Batch:
        """Note that a batch takes no more frames, and why."""
        closed = msgspec.structs.replace(batch, closed=reason)
        self.save(closed)
        return closed

    def begin_opening(self, project: str, name: str, now: datetime) -> bool:
        """Note that a batch is about to be opened; False when that was noted before."""
        return self._store.create(_key(project, name, "opening"), encode(Opening(now)))

    def opening(self, project: str, name: str) -> Opening | None:
        """When the opening of a batch was begun; None when it was not, or is done."""
        return read(self._store, _key(project, name, "opening"), Opening)

    def end_opening(self, project: str, name: str) -> None:
        """Note that a batch is open."""
        self._store.delete(_key(project, name, "opening"))


def _last(exists: Callable[[int], bool]) -> int:
    """The greatest of the numbers 1, 2, … that exist, without gaps; 0 when none does."""
    known, missing = 0, 1
    while exists(missing):
        known, missing = missing, missing * 2
    while missing - known > 1:
        middle = (known + missing) // 2
        known, missing = (middle, missing) if exists(middle) else (known, middle)
    return known


def _by_id(pages: Iterable[TaskRefs]) -> dict[int, TaskRef]:
    return {task.id: task for page in pages for task in page.items}


def _tasks_of(batch: Batch) -> str:
    return f"projects/{batch.project}/tasks/{batch.name}/"


def _key(project: str, name: str, what: str = "batches") -> str:
    return f"projects/{project}/{what}/{name}.json"
