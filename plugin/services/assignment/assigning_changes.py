"""Changing who has what in a batch: noted, told to Label Studio, written down; one at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError
from plugin.domain.moving import free_tasks
from plugin.domain.reviewing import Assignments, Ledger, Share, holders
from plugin.labelstudio.assigners import Assigners, Change
from plugin.services.imports.indexing import Indexer
from plugin.stores.frames.batches import Batches, TaskRef
from plugin.stores.locks import Lease, Locks
from plugin.stores.review.hand_outs import HandOut, HandOutNotes

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

WAIT = 20.0
"""Seconds to wait for somebody else who changes the same batch."""

Make = Callable[[Assignments, Ledger], Assignments]
"""From what holds, and what is done, to what is to hold."""


@dataclass(frozen=True)
class AssignmentChanges:
    """Brings changes into Label Studio and into the Store, both or, after a crash, neither."""

    batches: Batches
    notes: HandOutNotes
    label_studio: "LabelStudioGateway"
    assigners: Assigners
    indexer: Indexer
    locks: Locks

    def apply(
        self, batch: Batch, make: Make, base: int | None = None
    ) -> tuple[Assignments, Assignments]:
        """Change who has what, and return what held before and what holds now.

        Args:
            batch: the batch.
            make: makes the change; it is called once nobody else can interfere.
            base: the revision that the change was decided on; None takes any.

        Raises:
            InvalidInputError: as `make` raises, or the batch is not in Label Studio any more.
            ConflictError: somebody else changed the batch since that revision, or is about to.
            LabelStudioError: it did not take the change, which is undone with the next one.
        """
        with self._alone(batch) as lease:
            before = self.batches.assignments(batch)
            if base not in {None, before.revision}:
                raise ConflictError(_changed_meanwhile(batch, before.revision, base))
            self._settle(batch, before)
            wanted = make(before, self.batches.ledger(batch))
            if wanted == before:
                return before, before
            after = self._tell(batch, before, wanted)
            lease.renew()
            saved = self.batches.save_assignments(batch, after, before.revision)
            self.notes.remove(batch)
        self.indexer.refresh(batch)
        return before, saved

    def settle(self, batch: Batch) -> None:
        """Have Label Studio say of a batch what the Store says, after a change that was cut short.

        Raises:
            ConflictError: somebody is changing the batch.
        """
        with self._alone(batch):
            self._settle(batch, self.batches.assignments(batch))

    def free(self, batch: Batch, assignments: Assignments, ledger: Ledger) -> list[TaskRef]:
        """The tasks of a batch that nobody has and nobody did, most urgent first."""
        tasks = {
            task.id: task for task in sorted(self.batches.tasks(batch), key=attrgetter("order"))
        }
        return [tasks[task] for task in free_tasks(tasks, assignments, ledger)]

    @contextmanager
    def _alone(self, batch: Batch) -> Iterator[Lease]:
        if batch.closed:
            expected = f"one that is in Label Studio; this is closed: {batch.closed}"
            raise InvalidInputError(FieldError("batch", batch.name, expected))
        with self.locks.hold_renewed(lock_of(batch), wait=WAIT) as lease:
            if lease is None:
                raise ConflictError(f"batch {batch.name!r} is being assigned by somebody else")
            yield lease

    def _settle(self, batch: Batch, now: Assignments) -> None:
        note = self.notes.find(batch)
        if note is None:
            return
        held = holders(now.shares)
        if note.tasks:
            stands = {task: held.get(task, ()) for task in note.tasks}
            change = Change(stands, frozenset(note.tasks), _overlap(held))
            self.assigners.place(batch.label_studio_id, change)
        if note.instructions and now.instructions:
            self.label_studio.set_instructions(batch.label_studio_id, now.instructions)
        self.notes.remove(batch)

    def _tell(self, batch: Batch, before: Assignments, wanted: Assignments) -> Assignments:
        number = batch.label_studio_id
        change = _difference(before, wanted)
        is_said = wanted.instructions != before.instructions
        self.notes.save(batch, HandOut(batch.name, tuple(sorted(change.holders)), is_said))
        if is_said:
            self.label_studio.set_instructions(number, wanted.instructions)
        if change.holders:
            self.assigners.place(number, change)
        shares = tuple(self._with_beginning(number, share) for share in wanted.shares)
        return msgspec.structs.replace(wanted, shares=shares)

    def _with_beginning(self, project: int, share: Share) -> Share:
        if share.view_id is not None:
            return share
        begins = self.assigners.beginning(project, share.reviewer, shuffled=share.shuffled)
        return msgspec.structs.replace(share, link=begins.link, view_id=begins.view_id)


def _difference(before: Assignments, after: Assignments) -> Change:
    had, has = holders(before.shares), holders(after.shares)
    changed: dict[int, tuple[str, ...]] = {}
    lost: set[int] = set()
    for task in dict.fromkeys([*had, *has]):
        earlier, now = set(had.get(task, ())), has.get(task, ())
        if earlier != set(now):
            changed[task] = now
        if earlier - set(now):
            lost.add(task)
    return Change(changed, frozenset(lost), _overlap(has))


def lock_of(batch: Batch) -> str:
    """What whoever changes who has what in a batch holds meanwhile."""
    return f"assign:{batch.project}:{batch.name}"


def _overlap(held: dict[int, tuple[str, ...]]) -> int:
    return max(map(len, held.values()), default=1)


def _changed_meanwhile(batch: Batch, revision: int, base: int | None) -> str:
    return (
        f"the assignments of batch {batch.name!r} were changed meanwhile:"
        f" revision {revision} is in force, not {base}"
    )
