"""Request: what waits in a project is asked for, so that a lost job costs seconds."""

from dataclasses import dataclass

from plugin.clock import Clock
from plugin.queues import FETCH, WorkQueue
from plugin.services.intake.fetching import Fetcher
from plugin.stores.frames.doubts import Doubts
from plugin.stores.frames.import_notes import ImportNotes
from plugin.stores.frames.spool import Spool


@dataclass(frozen=True)
class Requester:
    """Asks for the import of what is pending, and for the images that are yet to be fetched."""

    spool: Spool
    notes: ImportNotes
    doubts: Doubts
    fetcher: Fetcher
    queue: WorkQueue
    clock: Clock

    def run(self, project: str) -> tuple[str, ...]:
        """Ask for what waits in a project, unless it is asked for already; in words, what does."""
        requested = []
        if self._has_import(project):
            self.queue.request(project)
            requested.append("import")
        if self.fetcher.is_due(project):
            self.queue.request(project, FETCH)
            requested.append("fetch")
        return tuple(requested)

    def _has_import(self, project: str) -> bool:
        """Whether frames wait, were begun, or may be tasks twice by now."""
        return bool(
            self.spool.is_pending(project)
            or self.notes.of_project(project)
            or self.doubts.due(project, self.clock())
        )
