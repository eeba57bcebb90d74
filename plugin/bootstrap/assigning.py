"""What says who reviews what, put together from its parts."""

from typing import TYPE_CHECKING

from plugin.clock import utc_now
from plugin.labelstudio.assigners.choosing import AssignersByEdition
from plugin.services.assignment.assigning import Assigner
from plugin.services.assignment.assigning_changes import AssignmentChanges
from plugin.services.assignment.standing import Standing
from plugin.services.assignment.standing_batch import BatchStanding
from plugin.stores.review.hand_outs import HandOutNotes
from plugin.stores.review.standing import StandingNotes

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


def changes_of(parts: "Application") -> AssignmentChanges:
    """How who has what changes."""
    return AssignmentChanges(
        batches=parts.batches, notes=HandOutNotes(parts.store), label_studio=parts.label_studio,
        assigners=AssignersByEdition(parts.label_studio), indexer=parts.indexer,
        locks=parts.locks,
    )  # fmt: skip


def assigner_of(parts: "Application") -> Assigner:
    """What a manager does."""
    return Assigner(
        changes=parts.assignment_changes,
        look=lambda batch: parts.collector.collect_all(batch.project, [batch.name]),
        label_studio=parts.label_studio, team=parts.team, notifier=parts.notifier, clock=utc_now,
    )  # fmt: skip


def standing_of(parts: "Application") -> Standing:
    """What happens by itself."""
    notes = StandingNotes(parts.store)
    batch = BatchStanding(parts.assignment_changes, notes, parts.team, parts.notifier, utc_now)
    return Standing(parts.history, parts.batch_index, batch)
