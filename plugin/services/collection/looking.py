"""One look at a batch: what changed in Label Studio since the last one, as a ledger."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.errors import NotFoundError
from plugin.domain.reviewing import Ledger, Mark
from plugin.labelstudio.values import ReviewCounts, TaskState
from plugin.services.collection.marking import EmailOf, marks_of, with_drafts, without_drafts
from plugin.stores.review.look_notes import LookNote, LookNotes

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

OVERLAP = timedelta(seconds=30)
"""Looked at again each time: a change may become visible later than its own time says."""

DRAFTED_PER_LOOK = 20
"""Tasks that are asked for their drafts in one look, a call each; the others come next time."""

Marks = dict[int, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the ledger now, and the tasks whose annotations changed.

    `emptied` are those that lost all of them without a word, or are gone.
    """

    ledger: Ledger
    note: LookNote
    changed: tuple[TaskState, ...]
    emptied: frozenset[int]


@dataclass(slots=True)
class _Seen:
    """What is gathered on the way."""

    marks: Marks
    until: datetime | None
    changed: list[TaskState] = field(default_factory=list)

    def take(self, task: TaskState, before: Marks, email_of: EmailOf) -> None:
        found = marks_of(task.annotations, email_of)
        if found != without_drafts(before.get(task.id, ())):
            self.changed.append(task)
        self.marks[task.id] = found
        self.until = max(self.until or task.updated_at, task.updated_at)


@dataclass(frozen=True)
class Looker:
    """Asks Label Studio about one batch; two or three calls where little happened."""

    label_studio: "LabelStudioGateway"
    notes: LookNotes
    clock: Clock

    def look(
        self, batch: Batch, before: Ledger, email_of: EmailOf, counts: ReviewCounts | None = None
    ) -> Look:
        """See what became of a batch since an earlier ledger; all of it where that has no time.

        Args:
            batch: the batch.
            before: what was seen last.
            email_of: names users.
            counts: of the batch, from just before; asked for when None.

        Raises:
            NotFoundError: Label Studio does not have it any more.
            LabelStudioError: it failed or did not answer.
        """
        project, now = batch.label_studio_id, self.clock()
        counts = counts or self._counts(project)
        seen = self._since(project, before, email_of)
        note = self._note(project, seen, counts, now) if seen else None
        if seen and note is None:
            # The counts may be older than what was seen.
            counts = self._counts(project)
            note = self._note(project, seen, counts, now)
        if seen is None or note is None:
            # A deletion may leave no trace but the counts.
            seen = self._all(project, before, email_of)
            note = _whole_note(seen.marks, counts, now)
        changed = {task.id for task in seen.changed}
        emptied = _submitted(before.marks) - _submitted(seen.marks) - changed
        self._add_drafts(project, seen, before.marks)
        marks = {task: marks for task, marks in seen.marks.items() if marks}
        ledger = Ledger(counts.tasks, marks, seen.until, now)
        return Look(ledger, note, tuple(seen.changed), emptied)

    def _counts(self, project: int) -> ReviewCounts:
        found = self.label_studio.review_counts([project]).get(project)
        if found is None:
            raise NotFoundError("Label Studio project", str(project))
        return found

    def _since(self, project: int, before: Ledger, email_of: EmailOf) -> _Seen | None:
        """What was seen before, with what changed since; None where that is not known."""
        if before.looked_until is None:
            return None
        submitted = {task: without_drafts(marks) for task, marks in before.marks.items()}
        seen = _Seen(submitted, before.looked_until)
        since = before.looked_until - OVERLAP
        for task in self.label_studio.changed_tasks(project, since):
            seen.take(task, before.marks, email_of)
        return seen

    def _all(self, project: int, before: Ledger, email_of: EmailOf) -> _Seen:
        """What everybody submitted, whatever was seen before."""
        seen = _Seen({}, before.looked_until)
        for task in self.label_studio.annotated_tasks(project):
            seen.take(task, before.marks, email_of)
        return seen

    def _note(
        self, project: int, seen: _Seen, counts: ReviewCounts, now: datetime
    ) -> LookNote | None:
        """The note on this look; None where Label Studio counts something else than was seen."""
        last = self.notes.find(project)
        more = (last.more_finished, last.more_skipped) if last else (0, 0)
        note = _whole_note(seen.marks, counts, now)
        return note if (note.more_finished, note.more_skipped) == more else None

    def _add_drafts(self, project: int, seen: _Seen, before: Marks) -> None:
        drafted = self.label_studio.drafted_tasks(project)
        changed = {task.id for task in seen.changed}
        for task in drafted:
            if task not in changed:
                known = [mark for mark in before.get(task, ()) if mark.state == "draft"]
                _add(seen.marks, task, known)
        for task in _to_ask(drafted, seen.marks)[:DRAFTED_PER_LOOK]:
            marks = seen.marks.get(task, ())
            seen.marks[task] = with_drafts(marks, self.label_studio.drafts(task))


def _submitted(marks: Marks) -> frozenset[int]:
    """The tasks that anybody finished or skipped."""
    return frozenset(task for task, found in marks.items() if without_drafts(found))


def _add(marks: Marks, task: int, drafts: Iterable[Mark]) -> None:
    found = marks.get(task, ())
    done = {mark.reviewer for mark in found}
    more = (mark for mark in drafts if mark.reviewer not in done)
    marks[task] = tuple(sorted((*found, *more), key=attrgetter("reviewer")))


def _to_ask(drafted: Collection[int], marks: Mapping[int, tuple[Mark, ...]]) -> list[int]:
    """Tasks of whose drafts nothing is known, those first on which nothing was submitted."""
    unknown = [
        task for task in drafted if not any(mark.state == "draft" for mark in marks.get(task, ()))
    ]
    return sorted(unknown, key=lambda task: (bool(marks.get(task)), task))


def _whole_note(marks: Marks, counts: ReviewCounts, now: datetime) -> LookNote:
    found = Counter(mark.state for each in marks.values() for mark in each)
    return LookNote(
        now, counts.tasks, counts.finished, counts.skipped,
        counts.finished - found["finished"], counts.skipped - found["skipped"],
    )  # fmt: skip
