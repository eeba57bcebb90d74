"""Reconcile: what is true of every batch, whether or not Label Studio told us.

One call for each hundred batches says where the counts moved; those batches are looked at first,
then those in which people are at work, then the others in turn (`domain/rotation.py`).

With a run every 30 seconds and no webhook at all, this is known:

- what was submitted, skipped or deleted: within 30 seconds in up to 1,000 batches, within 5 minutes
  in up to 10,000, as long as it happens in no more than 450 of them in that time;
- changes of what was submitted, and drafts: within a minute in up to 90 batches in review, within 5
  minutes in up to 450 in review and 150 others; with more batches, later in proportion.

A run asks at most 10 times for counts, looks at 60 batches, two or three calls each where little
happened, and registers 25 webhooks.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.clock import Clock
from plugin.domain.errors import ConflictError, LabelStudioError, NotFoundError
from plugin.domain.rotation import Watched, due, next_slice
from plugin.domain.summaries import BatchSummary
from plugin.labelstudio.values import ReviewCounts
from plugin.services.collection.collecting import Collector
from plugin.services.collection.hooks import Hooks
from plugin.services.collection.marking import Emails
from plugin.stores.frames.batch_index import BatchIndex, Query
from plugin.stores.locks import Locks
from plugin.stores.review.look_notes import LookNote, LookNotes

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

COUNTED_PER_RUN = 1000
"""Batches whose counts are asked for in one run, ten calls; the others are next."""

ALL = 1_000_000
_OF_ONE_BATCH = {400, 500}
"""How Label Studio fails at one batch and may do well at the next."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciler:
    """Looks at the batches that are due, in bounded steps."""

    index: BatchIndex
    notes: LookNotes
    label_studio: "LabelStudioGateway"
    collector: Collector
    hooks: Hooks
    locks: Locks
    clock: Clock

    def run(self) -> int:
        """Look at what is due, and return on how many images something else was submitted.

        Nothing happens while another process is at it.

        Raises:
            LabelStudioError: it does not answer; what was seen before stays.
        """
        with self.locks.hold_renewed("collect") as lease:
            if lease is None:
                return 0
            return self._run([each for each in self._batches() if not each.closed])

    def _batches(self) -> Collection[BatchSummary]:
        return self.index.page(Query(sort="created", limit=ALL)).rows

    def _run(self, batches: Collection[BatchSummary]) -> int:
        counts = self._count([each.label_studio_id for each in batches])
        ids = {(each.project, each.name): each.label_studio_id for each in batches}
        notes, email_of = self.notes.all(), Emails(self.label_studio.emails)
        changed = 0
        for each in due((_watched(each, notes, counts) for each in batches), self.clock()):
            changed += self._look(each, email_of, counts.get(ids[each.project, each.name]))
        self.hooks.ensure(batches)
        return changed

    def _count(self, ids: Collection[int]) -> dict[int, ReviewCounts | None]:
        """What Label Studio counts in the batches whose turn it is; None in one that is gone."""
        chosen = next_slice(sorted(ids), self.notes.advance(COUNTED_PER_RUN), COUNTED_PER_RUN)
        counts: dict[int, ReviewCounts | None] = dict.fromkeys(chosen)
        counts |= self.label_studio.review_counts(chosen)
        return counts

    def _look(self, each: Watched, email_of: Emails, counts: ReviewCounts | None) -> int:
        try:
            return self.collector.look(each.project, each.name, email_of, counts)
        except (LabelStudioError, NotFoundError, ConflictError) as error:
            if isinstance(error, LabelStudioError) and error.status not in _OF_ONE_BATCH:
                raise
            said = {"project": each.project, "batch": each.name}
            log.warning("batch is not looked at: %s", error, extra=said)
            return 0


def _watched(
    batch: BatchSummary,
    notes: Mapping[int, LookNote],
    counts: Mapping[int, ReviewCounts | None],
) -> Watched:
    number = batch.label_studio_id
    note = notes.get(number)
    is_other = number in counts and not _agree(note, counts[number])
    busy = batch.in_review > 0 or batch.status == "In progress"
    return Watched(
        batch.project, batch.name, note.at if note else None, is_other or note is None, busy
    )


def _agree(note: LookNote | None, counts: ReviewCounts | None) -> bool:
    if note is None or counts is None:
        return False
    seen = (note.tasks, note.finished, note.skipped)
    return seen == (counts.tasks, counts.finished, counts.skipped)
