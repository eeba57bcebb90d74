"""Assign: reviewers get a number of images each, instructions, and a link to begin with.

Finished work stays with who did it, whatever is moved later.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.assigning import Wish, deal
from plugin.domain.batching import Batch
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.moving import moved, taken_back, with_hands
from plugin.domain.notices import Event, Kind
from plugin.domain.review_settings import MAX_INSTRUCTIONS
from plugin.domain.reviewing import Assignments, Ledger
from plugin.domain.team import Member
from plugin.services.assignment.assigning_changes import AssignmentChanges
from plugin.services.notices.notifying import Notifier
from plugin.stores.review.team import Team

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class Assigner:
    """What a manager does with a batch's images.

    `look` brings what is known of a batch's reviews up to date; `by` is the manager's address, ""
    where it is not known.
    """

    changes: AssignmentChanges
    look: Callable[[Batch], object]
    label_studio: "LabelStudioGateway"
    team: Team
    notifier: Notifier
    clock: Clock
    by: str = ""

    def acting_for(self, by: str) -> "Assigner":
        """The same on behalf of somebody: their name is in what reviewers are told."""
        return replace(self, by=by)

    def assign(  # noqa: PLR0913  a form's worth
        self,
        batch: Batch,
        wishes: Sequence[Wish],
        *,
        shuffle: bool,
        instructions: str | None = None,
        base: int | None = None,
        overlap: int = 1,
    ) -> Assignments:
        """Give each reviewer exactly the wished number of images that nobody has yet.

        Args:
            batch: the batch to deal from.
            wishes: reviewers by e-mail address, with a number of images.
            shuffle: deal and show at random; else by priority, then time.
            instructions: what all reviewers of the batch read; None leaves it as it is.
            base: the revision of the assignments that the manager saw; None takes any.
            overlap: how many of these reviewers get one and the same image.

        Raises:
            InvalidInputError: an unknown reviewer, or more images than there are.
            ConflictError: somebody else changed the assignments of this batch.
        """
        self.check_people([wish.reviewer for wish in wishes], "reviewers[{}]")
        _check_length(instructions)
        now = self.clock()

        def dealt(before: Assignments, ledger: Ledger) -> Assignments:
            free = [task.id for task in self.changes.free(batch, before, ledger)]
            chance = Random() if shuffle else None  # noqa: S311  no secret
            hands = deal(free, wishes, overlap, chance)
            return _instructed(with_hands(before, hands, now, shuffled=shuffle), instructions)

        before, after = self.changes.apply(batch, dealt, base)
        self._tell_instructions(batch, before, after)
        for wish in wishes:
            self._note(batch, "assigned", wish.reviewer, wish.images)
        return after

    def reassign(
        self, batch: Batch, source: str, target: str, images: int | None, *, base: int | None = None
    ) -> Assignments:
        """Give images that one person has not done to another; None gives all of these.

        Raises:
            InvalidInputError: an unknown reviewer, or more images than can be moved.
            ConflictError: somebody else changed the assignments of this batch.
        """
        self.check_people([target], "target")
        self.look(batch)  # who finished an image a moment ago keeps it
        now, count = self.clock(), 0

        def passed_on(before: Assignments, ledger: Ledger) -> Assignments:
            nonlocal count
            after, count = moved(before, ledger, (source, target), images, now)
            return after

        _, after = self.changes.apply(batch, passed_on, base)
        self._note(batch, "taken_back", source, count)
        self._note(batch, "reassigned", target, count)
        return after

    def take_back(
        self, batch: Batch, reviewer: str, images: int | None, *, base: int | None = None
    ) -> Assignments:
        """Take images from a person that they have not done; None takes all of these.

        Raises:
            InvalidInputError: they have no images, or not so many that are not done.
            ConflictError: somebody else changed the assignments of this batch.
        """
        self.look(batch)
        count = 0

        def without(before: Assignments, ledger: Ledger) -> Assignments:
            nonlocal count
            after, count = taken_back(before, ledger, reviewer, images)
            return after

        _, after = self.changes.apply(batch, without, base)
        self._note(batch, "taken_back", reviewer, count)
        return after

    def set_instructions(self, batch: Batch, text: str, *, base: int | None = None) -> Assignments:
        """Replace what the reviewers of a batch read before their first image; "" shows nothing.

        Raises:
            InvalidInputError: it is too long.
            ConflictError: somebody else changed the assignments of this batch.
        """
        _check_length(text)
        before, after = self.changes.apply(batch, lambda now, _: _instructed(now, text), base)
        self._tell_instructions(batch, before, after)
        return after

    def free(self, batch: Batch) -> int:
        """How many images of a batch nobody has and nobody did."""
        batches = self.changes.batches
        now, ledger = batches.assignments(batch), batches.ledger(batch)
        return len(self.changes.free(batch, now, ledger))

    def check_people(self, emails: Iterable[str], field: str) -> None:
        """Refuse whom Label Studio does not know, or lets in no more; `{}` is the place among them.

        Raises:
            InvalidInputError: naming the first of them.
        """
        known = {member.email: member for member in self.refresh_team()}
        for index, email in enumerate(emails):
            if email not in known:
                expected = "the e-mail address of a user of Label Studio"
                raise InvalidInputError(FieldError(field.format(index), email, expected))
            if not known[email].active:
                expected = "somebody who has not left Label Studio"
                raise InvalidInputError(FieldError(field.format(index), email, expected))

    def refresh_team(self) -> list[Member]:
        """Ask Label Studio who works there, and return them with those who have left since."""
        self.team.save(self.label_studio.members().values(), self.clock())
        return self.team.members()

    def _tell_instructions(self, batch: Batch, before: Assignments, after: Assignments) -> None:
        if after.instructions != before.instructions:
            for share in before.shares:
                self._note(batch, "instructions_changed", share.reviewer, len(share.tasks))

    def _note(self, batch: Batch, kind: Kind, recipient: str, images: int) -> None:
        event = Event(
            kind=kind, recipient=recipient, project=batch.project, batch=batch.name, images=images,
            by=self.by, at=self.clock(),
        )  # fmt: skip
        self.notifier.note(event)


def _instructed(assignments: Assignments, text: str | None) -> Assignments:
    if text is None:
        return assignments
    return msgspec.structs.replace(assignments, instructions=text.replace("\r\n", "\n").strip())


def _check_length(instructions: str | None) -> None:
    if instructions is not None and len(instructions) > MAX_INSTRUCTIONS:
        found, expected = f"{len(instructions)} characters", f"at most {MAX_INSTRUCTIONS}"
        raise InvalidInputError(FieldError("instructions", found, expected))
