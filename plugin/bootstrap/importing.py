"""From the spool into Label Studio, put together from its parts."""

from typing import TYPE_CHECKING

from plugin.clock import utc_now
from plugin.services.adopting import Adopter
from plugin.services.deduplicating import Deduplicator
from plugin.services.faultfinding import FaultFinder
from plugin.services.importing import Importer
from plugin.services.rebuilding import Rebuilder
from plugin.services.resuming import Resumer

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


def importer_of(parts: "Application") -> Importer:
    """What makes tasks of pending frames."""
    resumer = Resumer(
        parts.spool, parts.batches, parts.import_notes, parts.doubts, parts.label_studio,
        parts.sender, utc_now,
    )  # fmt: skip
    return Importer(
        history=parts.history, spool=parts.spool, notes=parts.import_notes, locks=parts.locks,
        queue=parts.queue, opener=parts.opener, sender=parts.sender, resumer=resumer,
        faults=FaultFinder(parts.opener, parts.import_notes, resumer), indexer=parts.indexer,
        deduplicator=_deduplicator_of(parts),
    )  # fmt: skip


def rebuilder_of(parts: "Application") -> Rebuilder:
    """What brings back what Redis or the Store has lost."""
    adopter = Adopter(
        parts.store, parts.spool, parts.batches, parts.label_studio, parts.sender,
        _deduplicator_of(parts), parts.locks, utc_now,
    )  # fmt: skip
    return Rebuilder(
        history=parts.history, restorer=parts.restorer, adopter=adopter, indexer=parts.indexer,
        requester=parts.requester, clock=utc_now,
    )  # fmt: skip


def _deduplicator_of(parts: "Application") -> Deduplicator:
    return Deduplicator(
        parts.doubts, parts.spool, parts.batches, parts.label_studio, parts.sender, parts.locks,
        utc_now,
    )  # fmt: skip
