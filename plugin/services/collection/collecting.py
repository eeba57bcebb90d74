"""Collect: what reviewers finished comes back, batch by batch, and how far each batch is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.reviewing import Ledger
from plugin.labelstudio.values import ReviewCounts
from plugin.services.collection.finishing import Finishing
from plugin.services.collection.looking import Look, Looker
from plugin.services.collection.marking import EmailOf, Emails
from plugin.services.collection.reviewing import ReviewKeeper
from plugin.services.imports.indexing import Indexer
from plugin.services.imports.opening import BatchOpener
from plugin.stores.frames.batches import Batches
from plugin.stores.locks import Locks

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

REWRITE_AFTER = timedelta(minutes=5)
"""How old the time of the last look may be that the Store has of a batch in which nothing happens.
"""

WAIT = 60.0
"""Seconds to wait for another process that looks at the same batch."""


@dataclass(frozen=True)
class Collector:
    """From Label Studio back to us."""

    batches: Batches
    label_studio: "LabelStudioGateway"
    looker: Looker
    keeper: ReviewKeeper
    opener: BatchOpener
    indexer: Indexer
    finishing: Finishing
    locks: Locks

    def collect(self, project: str) -> int:
        """Bring a project's reviews up to date, and return how many images were reviewed anew.

        Raises:
            LabelStudioError: it failed or did not answer.
        """
        return self.collect_all(project, [each.name for each in self.batches.of_project(project)])

    def collect_all(self, project: str, names: Iterable[str]) -> int:
        """Look at some batches of a project, and return how many images were reviewed anew.

        Raises:
            LabelStudioError: it failed or did not answer.
        """
        email_of = Emails(self.label_studio.emails)
        return sum(self.look(project, name, email_of) for name in names)

    def look(
        self, project: str, name: str, email_of: EmailOf, counts: ReviewCounts | None = None
    ) -> int:
        """Look at one batch, and return on how many images something else was submitted.

        Args:
            project: its project.
            name: the batch.
            email_of: names users.
            counts: what Label Studio just counted in it, where that is known.

        Raises:
            LabelStudioError: it failed or did not answer.
            ConflictError: another process has been looking at it for very long.
        """
        with self.locks.hold(f"collect:{project}:{name}", wait=WAIT) as lease:
            if lease is None:
                raise ConflictError(f"batch {name!r} is being looked at by somebody else")
            batch = self.batches.find(project, name)
            if batch is None or batch.closed:
                return 0
            return self._look_unless_gone(batch, email_of, counts)

    def _look_unless_gone(
        self, batch: Batch, email_of: EmailOf, counts: ReviewCounts | None
    ) -> int:
        before = self.batches.ledger(batch)
        try:
            found = self.looker.look(batch, before, email_of, counts)
        except NotFoundError:
            if self.opener.look(batch) is not None:
                raise
            self.looker.notes.forget(batch.label_studio_id)
            return 0  # somebody deleted it; it is closed now
        self._save(batch, before, found, email_of)
        return len(found.changed) + len(found.emptied)

    def _save(self, batch: Batch, before: Ledger, found: Look, email_of: EmailOf) -> None:
        now = found.ledger
        has_changed = msgspec.structs.replace(before, looked_at=now.looked_at) != now
        if has_changed:
            # The ledger last: whoever dies on the way sees the same changes again.
            self.keeper.keep(batch, found, email_of)
            self.finishing.tell(batch, before, now)
        if has_changed or _is_old(before, now):
            self.batches.save_ledger(batch, now)
            self.indexer.refresh(batch)
        self.looker.notes.save(batch.label_studio_id, found.note)


def _is_old(before: Ledger, now: Ledger) -> bool:
    """Whether the last look that the Store knows of was long ago."""
    if before.looked_at is None or now.looked_at is None:
        return True
    return abs(now.looked_at - before.looked_at) >= REWRITE_AFTER
