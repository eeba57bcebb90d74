"""What RQ runs: thin entry points. A job carries names, never frames, and may run twice."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rq import get_current_job

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.domain.errors import ConflictError, LabelStudioError, UnavailableError
from plugin.queues import ASSIGN, COLLECT_HINTED, RETRAIN
from plugin.stores.measures.metrics import IMPORTED_FRAMES

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
        app.metrics.add(IMPORTED_FRAMES, (project,), imported)
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
            app.requester.run(project)


def collect() -> None:
    """Look at the batches that are due; what Label Studio does not answer now, it will later."""
    with parts() as app:
        try:
            reviewed = app.reconciler.run()
        except (UnavailableError, OSError) as error:
            log.warning("reviews are not collected: %s", error)
            return
    if reviewed:
        log.info("reviews collected", extra={"images": reviewed})


def collect_hinted(project: str) -> None:
    """Look at the batches of a project in which something happened, as Label Studio told us."""
    with parts() as app:
        app.queue.accept(project, COLLECT_HINTED)
        names = app.hints.take(project)
        try:
            reviewed = app.collector.collect_all(project, names)
        except (UnavailableError, ConflictError, OSError) as error:
            log.warning("reviews are not collected yet: %s", error, extra={"project": project})
            return
    log.info("reviews collected", extra={"project": project, "images": reviewed})


def assign_standing(project: str = "") -> None:
    """Deal the new images of a project (of all, when "") to its team, as its settings say."""
    with parts() as app:
        if project:
            app.queue.accept(project, ASSIGN)
        try:
            app.assigner.refresh_team()
            for name in [project] if project else app.history.projects():
                dealt = app.standing.run(name)
                if dealt:
                    log.info("images assigned", extra={"project": name, "images": dealt})
        except (UnavailableError, OSError) as error:
            log.warning("images are assigned later: %s", error)


def make_good() -> None:
    """Bring back what an emptied Redis has forgotten, before somebody has to wait for it."""
    with parts() as app:
        app.indexer.make_good()
        for project in app.history.projects():
            settings = app.history.newest(project).settings
            if app.used_budget.of(settings, utc_now()) is None:
                app.restorer.make_good(settings, utc_now())


def notify() -> None:
    """Tell people what they are to be told."""
    with parts() as app:
        sent = app.courier.run()
    if sent:
        log.info("notifications sent", extra={"messages": sent})


def diagnose() -> None:
    """Look whether the installation works, where somebody asked, or a day after the last look."""
    with parts() as app:
        found = app.check_up.run()
    if found and not found.ok:
        wrong = [each.check for each in found.findings if not each.ok]
        log.warning("the doctor found something to change", extra={"checks": wrong})


def analyse() -> None:
    """Count what reviewers changed, as far as it was collected."""
    with parts() as app:
        for project in app.history.projects():
            try:
                counted = app.analyser.run(project)
            except (ConflictError, OSError) as error:
                log.warning("reviews are compared later: %s", error, extra={"project": project})
                continue
            if counted:
                log.info("reviews compared", extra={"project": project, "images": counted})


def retrain_all() -> None:
    """Ask for the work on each project whose training set is due, or is yet to be announced."""
    with parts() as app:
        for project in app.history.projects():
            try:
                if app.retrainer.has_work(project):
                    app.queue.request(project, RETRAIN)
            except (UnavailableError, OSError) as error:
                said = {"project": project}
                log.warning("a training set is looked at later: %s", error, extra=said)


def retrain(project: str) -> None:
    """Make the version of a training set that is due, or announce one; the rest is another job."""
    with parts() as app:
        try:
            done = app.retrainer.run(project)
        except (UnavailableError, ConflictError, OSError) as error:
            log.warning("training sets are announced later: %s", error, extra={"project": project})
            return
    if done:
        log.info("training sets made or announced", extra={"project": project, "number": done})


@contextmanager
def parts() -> Iterator[Application]:
    """The parts of this job. Its process ends with it, so what it counted goes to Redis now."""
    app, job = application(), get_current_job()
    name = job.func_name if job else None
    try:
        with app.heartbeats.during(name) if name else nullcontext():
            yield app
    finally:
        app.flusher.flush()
