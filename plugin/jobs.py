"""What RQ runs: thin entry points. A job carries names, never frames, and may run twice."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.domain.errors import ConflictError, LabelStudioError, UnavailableError
from plugin.queues import FETCH

log = logging.getLogger(__name__)


def import_frames(project: str) -> None:
    """Import a project's pending frames; what cannot be done now is asked for again, later."""
    started = time.perf_counter()
    with parts() as app:
        try:
            imported = app.importer.run(project)
        except ConflictError as error:
            log.warning("import left to others: %s", error)
            return
        except (UnavailableError, OSError) as error:
            asked = error.retry_after if isinstance(error, LabelStudioError) else None
            wait = round(app.queue.postpone(project, asked), 1)
            log.warning("import postponed by %s s: %s", wait, error, extra={"project": project})
            return
    seconds = round(time.perf_counter() - started, 3)
    said = {"project": project, "frames": imported, "seconds": seconds}
    log.info("frames imported", extra=said)


def fetch_images(project: str) -> None:
    """Fetch the images that a project's deployments gave the addresses of."""
    with parts() as app:
        tried = app.fetcher.run(project)
    log.info("images fetched", extra={"project": project, "tried": tried})


def sweep() -> None:
    """Ask for whatever work is left, as a crash may have lost the request; end what is overdue."""
    with parts() as app:
        for project in app.history.projects():
            expired = app.completer.expire(project, utc_now())
            if expired:
                log.info("images did not come", extra={"project": project, "frames": expired})
            if app.spool.is_pending(project) or app.import_notes.of_project(project):
                app.queue.request(project)
            if app.fetcher.is_due(project):
                app.queue.request(project, FETCH)


def collect() -> None:
    """Bring progress and reviews of all projects up to date."""
    with parts() as app:
        for project in app.history.projects():
            changed = app.collector.collect(project)
            if changed:
                log.info("reviews collected", extra={"project": project, "tasks": changed})


@contextmanager
def parts() -> Iterator[Application]:
    """The parts of this job. Its process ends with it, so what it counted goes to Redis now."""
    app = application()
    try:
        yield app
    finally:
        app.flusher.flush()
