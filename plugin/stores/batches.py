"""Batches of every project, as documents in the Store."""

from datetime import datetime
from operator import attrgetter

import msgspec

from plugin.domain.assigning import Assignment
from plugin.domain.batching import Batch, Progress
from plugin.domain.errors import NotFoundError
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore


class Assignments(msgspec.Struct, frozen=True):
    """Who reviews what in one batch."""

    items: tuple[Assignment, ...] = ()


class TaskRef(msgspec.Struct, frozen=True):
    """A task and the frame it shows, with its place in the order of review."""

    id: int
    frame_id: str
    order: str
    captured_at: datetime


class TaskRefs(msgspec.Struct, frozen=True):
    """Tasks that were imported together."""

    items: tuple[TaskRef, ...]


class Intent(msgspec.Struct, frozen=True):
    """Frames whose import was begun."""

    frame_ids: tuple[str, ...]


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

    def progress(self, batch: Batch) -> Progress:
        """How far the review of a batch is, as last seen."""
        return read(self._store, _key(batch.project, batch.name, "progress"), Progress) or Progress(
            total=batch.size
        )

    def save_progress(self, batch: Batch, progress: Progress) -> None:
        """Replace how far the review of a batch is."""
        self._store.put(_key(batch.project, batch.name, "progress"), encode(progress))

    def assignments(self, batch: Batch) -> tuple[Assignment, ...]:
        """Who reviews what in a batch."""
        found = read(self._store, _key(batch.project, batch.name, "assignments"), Assignments)
        return found.items if found else ()

    def save_assignments(self, batch: Batch, items: tuple[Assignment, ...]) -> None:
        """Replace who reviews what in a batch."""
        self._store.put(_key(batch.project, batch.name, "assignments"), encode(Assignments(items)))

    def add_tasks(self, batch: Batch, tasks: tuple[TaskRef, ...]) -> None:
        """Note tasks that were imported into a batch; the same ones twice count once."""
        key = f"projects/{batch.project}/tasks/{batch.name}/{min(task.id for task in tasks):012d}"
        self._store.put(f"{key}.json", encode(TaskRefs(tasks)))

    def tasks(self, batch: Batch) -> list[TaskRef]:
        """Every task of a batch, by id."""
        pages = read_all(self._store, f"projects/{batch.project}/tasks/{batch.name}/", TaskRefs)
        found = {task.id: task for page in pages for task in page.items}
        return [found[identifier] for identifier in sorted(found)]

    def begin_import(self, batch: Batch, frame_ids: tuple[str, ...]) -> None:
        """Note that an import begins, so that a crash shows."""
        self._store.put(_key(batch.project, batch.name, "importing"), encode(Intent(frame_ids)))

    def end_import(self, batch: Batch) -> None:
        """Note that an import is finished."""
        self._store.delete(_key(batch.project, batch.name, "importing"))

    def interrupted(self, project: str) -> list[tuple[Batch, tuple[str, ...]]]:
        """Imports that were begun and not finished: the batch and the frames."""
        found = []
        for key in self._store.keys(f"projects/{project}/importing/"):
            intent = read(self._store, key, Intent)
            batch = self.find(project, key.rpartition("/")[2].removesuffix(".json"))
            if intent and batch:
                found.append((batch, intent.frame_ids))
        return found


def _key(project: str, name: str, what: str = "batches") -> str:
    return f"projects/{project}/{what}/{name}.json"
