"""A batch that is completed is told to its managers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.domain.batching import Batch
from plugin.domain.notices import Event
from plugin.domain.reviewing import Ledger
from plugin.domain.summaries import summarise
from plugin.stores.frames.batches import Batches

if TYPE_CHECKING:
    from plugin.services.notices.notifying import Notifier


@dataclass(frozen=True)
class Finishing:
    """Tells managers (by e-mail address), once for each number of images a batch ends with."""

    batches: Batches
    notifier: "Notifier"
    managers: Callable[[], Iterable[str]]

    def tell(self, batch: Batch, before: Ledger, now: Ledger) -> None:
        """Tell of a batch that is completed now and was not before.

        Call it before the ledger is saved: whoever dies in between tells it again, and the same is
        not told twice.

        Raises:
            OSError: the Store refused; it is told at the next look.
        """
        if now.looked_at is None:
            return
        assignments = self.batches.assignments(batch)
        summary = summarise(batch, assignments, now)
        was = summarise(batch, assignments, before)
        if summary.status != "Completed" or was.status == "Completed":
            return
        for manager in self.managers():
            event = Event(
                kind="batch_finished", recipient=manager, project=batch.project,
                batch=batch.name, images=summary.images, by="", at=now.looked_at,
            )  # fmt: skip
            self.notifier.note(event)
