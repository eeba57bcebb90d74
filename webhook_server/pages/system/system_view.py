"""The read side of the System page: the machinery, from Redis and the Store alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.diagnosis import Diagnosis
from plugin.domain.frame import FailedFrame
from plugin.queue_state import QueueState, queue_state
from plugin.queues import PERIODIC
from plugin.stores.access.audit import Entry
from plugin.stores.frames.spool_depth import spool_depth
from webhook_server.pages.system.notification_view import NotificationsView, notifications_view

SHOWN_FRAMES = 20
"""Frames of a project and state that the page lists."""

SHOWN_CHANGES = 50

JOBS = {
    "import_frames": "Import into Label Studio",
    "fetch_images": "Fetch images",
    "sweep": "Look for work that is left",
    "collect": "Collect reviews",
    "collect_hinted": "Collect reviews that were announced",
    "assign_standing": "Assign new images",
    "make_good": "Bring back what Redis forgot",
    "notify": "Send notifications",
    "diagnose": "Check up",
    "analyse": "Compare reviews",
    "retrain_all": "Look for training sets that are due",
    "retrain": "Make and announce training sets",
}
"""What jobs are for, in a manager's words; others go by their own names."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that we need: `error` is how it fails, "" where it does not.

    `since` is when it failed first or answered last; None where that is not known.
    """

    name: str
    error: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job's last run. `is_late`: it is periodic, and should have run again by now."""

    name: str
    at: datetime
    seconds: float
    error: str
    worked: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class SpoolRow:
    """What a project has in the spool; `failed` and `missing` are the first few of them.

    `doubled` counts frames of which two tasks hold somebody's work.
    """

    project: str
    pending: int
    pending_since: datetime | None
    awaiting: int
    failed: tuple[FailedFrame, ...]
    failed_count: int
    missing: tuple[FailedFrame, ...]
    missing_count: int
    doubled: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the project waits or failed."""
        failed = self.failed_count or self.missing_count or self.doubled
        return not (self.pending or self.awaiting or failed)


@dataclass(frozen=True, slots=True)
class SystemView:
    """Everything that the page shows, as of one moment.

    `calls` says why Label Studio does not call us, "" where it does.
    """

    now: datetime
    dependencies: tuple[Dependency, ...]
    calls: str
    queue: QueueState
    jobs: tuple[JobRow, ...]
    spool: tuple[SpoolRow, ...]
    diagnosis: Diagnosis | None
    diagnosis_asked: datetime | None
    notifications: NotificationsView
    changes: tuple[Entry, ...]


def system_view(parts: Application) -> SystemView:
    """Look at everything. No call to Label Studio, and none to a channel, is made."""
    now = utc_now()
    rows = (_spool_row(parts, project) for project in parts.history.projects())
    return SystemView(
        now=now,
        dependencies=tuple(_dependencies(parts)),
        calls=parts.hook_trouble,
        queue=queue_state(parts.queue_redis),
        jobs=tuple(_jobs(parts, now)),
        spool=tuple(row for row in rows if not row.is_empty),
        diagnosis=parts.diagnoses.last(),
        diagnosis_asked=parts.diagnoses.asked(),
        notifications=notifications_view(parts),
        changes=tuple(parts.audit.newest(SHOWN_CHANGES)),
    )


def _dependencies(parts: Application) -> Iterator[Dependency]:
    problems = parts.readiness.problems()
    for name, words in (("redis", "Redis"), ("store", "Store")):
        found = problems.get(name)
        yield Dependency(words, found.error if found else "", found.since if found else None)
    answering = parts.label_studio_answering.read()
    error = "does not answer" if answering.away_since else ""
    yield Dependency("Label Studio", error, answering.away_since or answering.answered_at)


def _jobs(parts: Application, now: datetime) -> Iterator[JobRow]:
    for name, beat in sorted(parts.heartbeats.all().items()):
        short = name.rpartition(".")[2]
        every = PERIODIC.get(name)
        # A worker that is busy with something long is no alarm.
        is_late = every is not None and now - beat.at > timedelta(seconds=3 * every + 600)
        words = JOBS.get(short, short)
        yield JobRow(words, beat.at, beat.seconds, beat.error, beat.worked, is_late)


def _spool_row(parts: Application, project: str) -> SpoolRow:
    pending = spool_depth(parts.store, project, "pending")
    oldest = datetime.fromtimestamp(pending.oldest, UTC) if pending.oldest else None
    return SpoolRow(
        project=project,
        pending=pending.frames,
        pending_since=oldest,
        awaiting=spool_depth(parts.store, project, "awaiting").frames,
        failed=tuple(islice(parts.spool.set_aside(project, "failed"), SHOWN_FRAMES)),
        failed_count=spool_depth(parts.store, project, "failed").frames,
        missing=tuple(islice(parts.spool.set_aside(project, "missing"), SHOWN_FRAMES)),
        missing_count=spool_depth(parts.store, project, "missing").frames,
        doubled=sum(len(doubt.both) for doubt in parts.doubts.of_project(project)),
    )
