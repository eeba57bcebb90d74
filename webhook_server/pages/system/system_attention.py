"""What on the System page wants a look, in sentences; nothing where all is well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from plugin.queue_state import OLD_JOB, QUIET_SCHEDULER
from webhook_server.pages.filters import counted
from webhook_server.pages.system.system_view import SystemView

OLD_FRAME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that wants a look, and the section of the page that says more of it."""

    said: str
    section: str


def attention(view: SystemView) -> tuple[Attention, ...]:
    """Everything that wants a look, what stops the most first."""
    return (
        *(Attention(f"{each.name} {_fails(each.error)}", "dependencies")
          for each in view.dependencies if each.error),
        *(Attention(said, "queue") for said in _queue(view)),
        *(Attention(said, "spool") for said in _spool(view)),
        *(Attention(said, "notifications") for said in _notifications(view)),
        *(Attention(said, "doctor") for said in _doctor(view)),
    )  # fmt: skip


def _fails(error: str) -> str:
    return error if error.startswith("does not") else f"fails: {error}"


def _queue(view: SystemView) -> Iterator[str]:
    queue = view.queue
    if not queue.workers:
        yield "No worker runs: nothing is imported or collected until lsal worker is started"
    if queue.scheduler is None or view.now - queue.scheduler > QUIET_SCHEDULER:
        yield "No scheduler runs: periodic work waits until lsal scheduler is started"
    elif queue.oldest and view.now - queue.oldest > OLD_JOB:
        yield "Jobs wait long: start another lsal worker"
    if queue.failed:
        yield f"{counted(len(queue.failed), 'job')} failed within the last hour"
    for job in view.jobs:
        if job.is_late and queue.workers and queue.scheduler:
            yield f"“{job.name}” should have run again by now"


def _spool(view: SystemView) -> Iterator[str]:
    for row in view.spool:
        if row.failed_count:
            yield f"{counted(row.failed_count, 'frame')} of {row.project} failed to import"
        if row.doubled:
            yield f"{counted(row.doubled, 'frame')} of {row.project} came to be two tasks"
        if row.pending_since and view.now - row.pending_since > OLD_FRAME:
            yield f"Frames of {row.project} wait long for their import"


def _notifications(view: SystemView) -> Iterator[str]:
    for trouble in view.notifications.troubles:
        yield f"Notifications by {trouble.channel} fail"
    if count := len(view.notifications.set_aside):
        yield f"{counted(count, 'message')} set aside"


def _doctor(view: SystemView) -> Iterator[str]:
    if view.diagnosis and not view.diagnosis.ok:
        yield "The last check-up found something to change"
