"""Work: whether somebody is there to do it, and how long it waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from plugin.clock import Clock
from plugin.domain.diagnosis import Finding, warning
from plugin.queue_state import OLD_JOB, QUIET_SCHEDULER, QueueState, queue_state


@dataclass(frozen=True)
class WorkChecks:
    """Looks at RQ's queue. A Redis that does not answer is another check's finding."""

    queue_redis: Callable[[], Redis]
    clock: Clock

    def findings(self) -> Iterator[Finding]:
        """Yield whether workers and a scheduler run, and whether jobs wait or fail."""
        try:
            state = queue_state(self.queue_redis())
        except RedisError:
            return
        now = self.clock()
        yield _workers(state, now)
        yield _scheduler(state, now)
        yield _jobs(state, now)


def _workers(state: QueueState, now: datetime) -> Finding:
    if not state.workers:
        said = "none runs: nothing is imported into Label Studio or collected from it"
        return Finding("workers", said, "start `lsal worker`, once or more")
    since = f", the first began {_ago(state.since, now)}" if state.since else ""
    return Finding("workers", f"{_counted(state.workers, 'worker')}{since}, {state.busy} busy")


def _scheduler(state: QueueState, now: datetime) -> Finding:
    fix = "start `lsal scheduler`, once"
    if state.scheduler is None:
        return Finding("scheduler", "none runs: what is left is never looked for", fix)
    heard = f"heard of {_ago(state.scheduler, now)}"
    if now - state.scheduler > QUIET_SCHEDULER:
        return Finding("scheduler", f"{heard}, and not since: what is left is not looked for", fix)
    return Finding("scheduler", heard)


def _jobs(state: QueueState, now: datetime) -> Finding:
    waiting = f"{_counted(state.waiting, 'job')} waiting"
    if state.oldest and now - state.oldest > OLD_JOB:
        said = f"{waiting}, the first was asked for {_ago(state.oldest, now)}"
        return warning("jobs", said, "start another `lsal worker`, or see what this one is at")
    if state.failed:
        last = state.failed[0]
        said = f"{_counted(len(state.failed), 'job')} failed within the last hour, the last: "
        said += f"{last.name} {last.subject}".strip() + f": {last.error}"
        return warning("jobs", said, "see the log of `lsal worker`; periodic work is tried again")
    return Finding("jobs", waiting)


class _Unit(NamedTuple):
    seconds: int
    name: str


_UNITS = (_Unit(86_400, "day"), _Unit(3600, "hour"), _Unit(60, "minute"), _Unit(1, "second"))


def _ago(moment: datetime, now: datetime) -> str:
    seconds = max(0, round((now - moment).total_seconds()))
    unit = next((each for each in _UNITS if seconds >= each.seconds), _UNITS[-1])
    return f"{_counted(seconds // unit.seconds, unit.name)} ago"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
