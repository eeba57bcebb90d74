"""Assign: reviewers get a number of images each, instructions, and a link to begin with.

Label Studio Community knows no assignment. A data field names the reviewer, and a tab of the Data
Manager per reviewer shows that reviewer's tasks in the right order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING

from plugin.clock import Clock
from plugin.domain.assigning import Assignment, Wish, deal
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError
from plugin.labelstudio.tabs import BY_URGENCY, SHUFFLED
from plugin.stores.batches import Batches
from plugin.stores.locks import Locks

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True, slots=True)
class Hand:
    """Tasks dealt to one reviewer; `tab` is the one they have already for this order."""

    reviewer: str
    tasks: tuple[int, ...]
    shuffled: bool
    tab: int | None


@dataclass(frozen=True)
class Assigner:
    """Deals a batch's tasks out to reviewers."""

    batches: Batches
    label_studio: "LabelStudioGateway"
    locks: Locks
    clock: Clock

    def assign(
        self, batch: Batch, wishes: Sequence[Wish], *, shuffle: bool, instructions: str = ""
    ) -> tuple[Assignment, ...]:
        """Give each reviewer exactly the wished number of images that nobody has yet.

        Args:
            batch: the batch to deal from.
            wishes: reviewers by e-mail address, with a number of images.
            shuffle: deal and show at random; else by priority, then time.
            instructions: HTML shown to all reviewers of the batch; "" leaves them as they are.

        Raises:
            InvalidInputError: an unknown reviewer, or more images than there are.
            ConflictError: somebody else is assigning this batch.
        """
        self._check_reviewers(wishes)
        with self.locks.hold(f"assign:{batch.project}:{batch.name}", wait=10) as lease:
            if lease is None:
                raise ConflictError(f"batch {batch.name!r} is being assigned by somebody else")
            earlier = self.batches.assignments(batch)
            hands = deal(self._free(batch, earlier), wishes, Random() if shuffle else None)  # noqa: S311  no secret
            if instructions:
                self.label_studio.set_instructions(batch.label_studio_id, instructions)
            tabs = {each.reviewer: each.view_id for each in earlier if each.shuffled == shuffle}
            made = tuple(
                self._hand_out(batch, Hand(reviewer, tasks, shuffle, tabs.get(reviewer)))
                for reviewer, tasks in hands.items()
            )
            self.batches.save_assignments(batch, earlier + made)
        return made

    def _check_reviewers(self, wishes: Sequence[Wish]) -> None:
        known = set(self.label_studio.emails().values())
        for index, wish in enumerate(wishes):
            if wish.reviewer not in known:
                expected = "the e-mail address of a user of Label Studio"
                raise InvalidInputError(FieldError(f"reviewers[{index}]", wish.reviewer, expected))

    def _free(self, batch: Batch, earlier: Sequence[Assignment]) -> list[int]:
        taken = {task for assignment in earlier for task in assignment.task_ids}
        tasks = [task for task in self.batches.tasks(batch) if task.id not in taken]
        tasks.sort(key=attrgetter("order"))
        return [task.id for task in tasks]

    def _hand_out(self, batch: Batch, hand: Hand) -> Assignment:
        project, reviewer = batch.label_studio_id, hand.reviewer
        self.label_studio.set_field(project, hand.tasks, "reviewer", reviewer)
        order = SHUFFLED if hand.shuffled else BY_URGENCY
        name = reviewer.partition("@")[0]
        tab = hand.tab or self.label_studio.create_tab(project, name, reviewer, order)
        return Assignment(
            reviewer=reviewer,
            task_ids=hand.tasks,
            shuffled=hand.shuffled,
            view_id=tab,
            link=f"/projects/{project}/data?tab={tab}&labeling=1",
            assigned_at=self.clock(),
        )
