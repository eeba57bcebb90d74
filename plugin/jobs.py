"""What RQ runs: thin entry points. A job carries names, never frames, and may run twice."""

import logging

from plugin.bootstrap import application

log = logging.getLogger(__name__)


def import_frames(project: str) -> None:
    """Import a project's pending frames."""
    imported = application().importer.run(project)
    log.info("%s: %d frames imported", project, imported)


def sweep() -> None:
    """Ask for the import of whatever is pending: a crash may have lost the first request."""
    app = application()
    for project in app.history.projects():
        if app.spool.pending(project):
            app.queue.request(project)


def collect() -> None:
    """Bring progress and reviews of all projects up to date."""
    app = application()
    for project in app.history.projects():
        changed = app.collector.collect(project)
        log.info("%s: %d tasks changed", project, changed)
