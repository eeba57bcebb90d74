"""From the spool into Label Studio, put together from its parts."""

from typing import TYPE_CHECKING

from plugin.clock import utc_now
from plugin.services.imports.deduplicating import Deduplicator
from plugin.services.imports.drawing import Drawer
from plugin.services.imports.faultfinding import FaultFinder
from plugin.services.imports.importing import Importer
from plugin.services.imports.resuming import Resumer
from plugin.services.operations.adopting import Adopter
from plugin.services.operations.rebuilding import Rebuilder

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


def importer_of(parts: "Application") -> Importer:
    """What makes tasks of pending frames."""
    resumer = Resumer(
        parts.spool, parts.batches, parts.import_notes, parts.doubts, parts.label_studio,
        parts.sender, Drawer(parts.label_studio), utc_now,
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
