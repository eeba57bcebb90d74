"""The standing assignment of one batch: what lies idle goes back, what is free to the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.draws import HashedDraw
from plugin.domain.moving import returned, untouched, with_hands
from plugin.domain.notices import Event, Kind
from plugin.domain.reviewing import Assignments, Ledger
from plugin.domain.settings import ProjectSettings
from plugin.domain.standing import Hands, Turns, idle, plan, watched
from plugin.services.assignment.assigning_changes import AssignmentChanges
from plugin.services.notices.notifying import Notifier
from plugin.stores.frames.batches import TaskRef
from plugin.stores.review.standing import StandingNotes
from plugin.stores.review.team import Team


@dataclass(frozen=True)
class BatchStanding:
    """Brings one batch up to its project's settings."""

    changes: AssignmentChanges
    notes: StandingNotes
    team: Team
    notifier: Notifier
    clock: Clock

    def attend(self, batch: Batch, settings: ProjectSettings) -> int:
        """Deal what is free to the team; how many images were dealt, one for each who got it.

        Raises:
            ConflictError: somebody is changing the batch.
            NotFoundError: somebody deleted it in Label Studio.
            LabelStudioError: it did not take the change.
        """
        now, lazy = self.clock(), self._idle(batch, settings)
        turns = self.notes.turns(batch.project).of(self._weights(settings))
        hands: Hands = {}

        def dealt(before: Assignments, ledger: Ledger) -> Assignments:
            nonlocal hands, turns
            lying = untouched(before, ledger)
            pooled = returned(
                before, {who: tasks & lying.get(who, set()) for who, tasks in lazy.items()}
            )
            hands, turns = self._deal(self._pool(batch, pooled, ledger), pooled, turns, settings)
            return with_hands(pooled, hands, now, shuffled=settings.review.shuffle)

        before, after = self.changes.apply(batch, dealt)
        if hands:
            self.notes.save_turns(batch.project, turns)
        self._tell(batch, before, after, hands)
        return sum(map(len, hands.values()))

    def _weights(self, settings: ProjectSettings) -> dict[str, int]:
        """The team without those who have left Label Studio, or were never in it."""
        active = {member.email for member in self.team.members() if member.active}
        team = settings.review.team
        return {each.reviewer: each.weight for each in team if each.reviewer in active}

    def _idle(self, batch: Batch, settings: ProjectSettings) -> dict[str, set[int]]:
        after = settings.review.return_idle_after
        if after is None:
            return {}
        batches, before, now = self.changes.batches, self.notes.untouched(batch), self.clock()
        lying = untouched(batches.assignments(batch), batches.ledger(batch))
        held = watched(before, lying, now)
        if held != before:
            self.notes.save_untouched(batch, held)
        return idle(held, now, timedelta(seconds=after))

    def _pool(self, batch: Batch, pooled: Assignments, ledger: Ledger) -> list[TaskRef]:
        """What may be dealt: not what a manager took back, to deal it by hand."""
        free = self.changes.free(batch, pooled, ledger)
        return [task for task in free if pooled.released.get(task.id) != ""]

    def _deal(
        self, pool: Sequence[TaskRef], pooled: Assignments, turns: Turns, settings: ProjectSettings
    ) -> tuple[Hands, Turns]:
        """Deal to everybody what nobody let lie, and to the others what somebody did."""
        hands: dict[str, list[int]] = {}
        groups: dict[str, list[TaskRef]] = {}
        for task in pool:
            groups.setdefault(pooled.released.get(task.id, ""), []).append(task)
        for let_lie_by, tasks in groups.items():
            able = turns.without(let_lie_by)
            if able.weights:
                planned = plan(able, *_sorted_out(tasks, settings, len(able.weights)))
                turns = turns.after(planned.turns)
                for person, hand in planned.hands.items():
                    hands.setdefault(person, []).extend(hand)
        return {person: tuple(hand) for person, hand in hands.items()}, turns

    def _tell(self, batch: Batch, before: Assignments, after: Assignments, hands: Hands) -> None:
        for person, tasks in hands.items():
            self._note(batch, "assigned", person, len(tasks))
        for share in before.shares:
            now = after.of(share.reviewer)
            lost = set(share.tasks) - set(now.tasks if now else ())
            if lost:
                self._note(batch, "taken_back", share.reviewer, len(lost))

    def _note(self, batch: Batch, kind: Kind, recipient: str, images: int) -> None:
        event = Event(
            kind=kind, recipient=recipient, project=batch.project, batch=batch.name, images=images,
            by="", at=self.clock(),
        )  # fmt: skip
        self.notifier.note(event)


def _sorted_out(
    tasks: Sequence[TaskRef], settings: ProjectSettings, people: int
) -> tuple[list[int], list[int], int]:
    """Tasks for one person each, tasks for several, and for how many."""
    order = list(tasks)
    if settings.review.shuffle:
        Random().shuffle(order)  # noqa: S311  no secret
    overlap = settings.review.overlap
    if overlap is None:
        return [task.id for task in order], [], 1
    draw = HashedDraw(settings.seed).for_purpose("overlap")
    several = {task.id for task in order if draw(task.frame_id) < overlap.share}
    reviewers = min(overlap.reviewers, people)
    return (
        [task.id for task in order if task.id not in several],
        [task.id for task in order if task.id in several],
        reviewers,
    )
