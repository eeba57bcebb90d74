"""RQ: one queue, jobs as data (JSON, never pickle), and the periodic work.

One queue, because a worker on several loses the job it had popped when it dies.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from random import random
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now

from plugin.domain.waits import wait_after
from plugin.known_jobs import KnownJob

QUEUE = "lsal"
JOB_TIMEOUT = 600  # seconds; one import job takes a few
KEEP_FAILED = 3600  # seconds
FORGET_FAILURES = 3600  # seconds
REDIS_AWAY = 2.0  # seconds between the scheduler's looks for a Redis that is away

IMPORT = "plugin.jobs.import_frames"
FETCH = "plugin.jobs.fetch_images"
SWEEP = "plugin.jobs.sweep"
COLLECT = "plugin.jobs.collect"
COLLECT_HINTED = "plugin.jobs.collect_hinted"
ASSIGN = "plugin.jobs.assign_standing"
MAKE_GOOD = "plugin.jobs.make_good"
NOTIFY = "plugin.jobs.notify"
DIAGNOSE = "plugin.jobs.diagnose"
ANALYSE = "plugin.jobs.analyse"
RETRAIN = "plugin.jobs.retrain"
RETRAIN_ALL = "plugin.jobs.retrain_all"
PERIODIC = {
    SWEEP: 10, COLLECT: 30, ASSIGN: 60, MAKE_GOOD: 60, NOTIFY: 20, DIAGNOSE: 3600, ANALYSE: 60,
    RETRAIN_ALL: 30,
}  # fmt: skip
"""Jobs and the seconds between their runs."""

log = logging.getLogger(__name__)


def open_queue(redis: Redis) -> Queue:
    """The queue that every process of ours uses."""
    return Queue(
        QUEUE, connection=redis, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT,
        job_class=KnownJob,
    )  # fmt: skip


class WorkQueue:
    """Asks for work on a project, one job per burst: the Store is the queue, a job wakes a worker.

    Work is IMPORT (pending frames become tasks), FETCH (images come from their addresses),
    COLLECT_HINTED (batches are looked at in which something happened), ASSIGN (new images go to
    a project's team) or RETRAIN (versions of its training set are made and announced).
    """

    def __init__(
        self, redis: Redis, queue_redis: Redis, draw: Callable[[], float] = random
    ) -> None:
        self._redis = redis
        self._queue = open_queue(queue_redis)
        self._draw = draw

    def request(self, project: str, work: str = IMPORT, after: float = 0) -> None:
        """Ask for work on a project, `after` seconds from now, unless that is asked already."""
        if not self._redis.set(_asked(project, work), 1, nx=True, ex=60):
            return
        if after:
            self._later(project, work, after)
        else:
            self.force(project, work)

    def wake(self, project: str, work: str = IMPORT) -> None:
        """Ask for work on what is durable already: without Redis the next sweep asks for it."""
        try:
            self.request(project, work)
        except RedisError as error:
            log.warning("Redis: %s; the sweep will ask for the work on %s", error, project)

    def force(self, project: str, work: str = IMPORT) -> None:
        """Ask, whether or not it was asked already."""
        self._queue.enqueue_call(work, args=(project,), result_ttl=0, failure_ttl=KEEP_FAILED)

    def ask(self, work: str) -> None:
        """Ask for work that is of no project."""
        self._queue.enqueue_call(work, result_ttl=0, failure_ttl=KEEP_FAILED)

    def accept(self, project: str, work: str = IMPORT) -> None:
        """Called by the job before it looks: who asks from now on gets a job of his own."""
        self._redis.delete(_asked(project, work))

    def postpone(self, project: str, asked: float | None = None, work: str = IMPORT) -> float:
        """Ask for work that failed once more, later; how many seconds later.

        The waits grow with each failure. Until then nobody else's request is of any use.

        Args:
            project: whose work it is.
            asked: seconds that the server wants to be left alone, where it said so.
            work: what failed.
        """
        failures = int(self._redis.incr(_failures(project, work)))
        self._redis.expire(_failures(project, work), FORGET_FAILURES)
        wait = wait_after(failures, self._draw(), asked)
        self._redis.set(_postponed(project, work), failures, px=round(wait * 1000))
        # RQ counts whole seconds: the job must not come while it is still too early.
        self._later(project, work, wait + 1)
        return wait

    def _later(self, project: str, work: str, wait: float) -> None:
        self._queue.enqueue_in(
            timedelta(seconds=wait), work, project, result_ttl=0, failure_ttl=KEEP_FAILED
        )

    def is_postponed(self, project: str, work: str = IMPORT) -> bool:
        """Whether it is too early to try again what failed."""
        return bool(self._redis.exists(_postponed(project, work)))

    def succeeded(self, project: str, work: str = IMPORT) -> None:
        """Note that the work can be done: the next failure is a first one."""
        self._redis.delete(_failures(project, work))


def _asked(project: str, work: str) -> str:
    return f"lsal:{project}:asked:{work}"


def _failures(project: str, work: str) -> str:
    return f"lsal:{project}:failures:{work}"


def _postponed(project: str, work: str) -> str:
    return f"lsal:{project}:postponed:{work}"


class _JsonCronJob(CronJob):
    """RQ's periodic job, on our queue: its own goes through pickle whatever the worker speaks."""

    def should_run(self) -> bool:
        """Whether it is time, also on a clock that was set back."""
        latest = self.latest_enqueue_time
        return super().should_run() or (latest is not None and now() < latest)

    def enqueue(self, connection: Redis) -> Job:
        """Put one run on the queue."""
        # A run that nobody began before the next ones are due is of no use any more.
        return open_queue(connection).enqueue_call(
            self.func_name, result_ttl=0, failure_ttl=KEEP_FAILED, ttl=2 * (self.interval or 60)
        )


class Scheduler(CronScheduler):
    """RQ's scheduler for periodic work."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(connection=redis)
        for name, seconds in PERIODIC.items():
            job = _JsonCronJob(queue_name=QUEUE, func_name=name, interval=seconds)
            self._cron_jobs.append(job)

    def run(self) -> None:
        """Ask for the periodic work until stopped; a Redis that is away is waited for."""
        while True:
            try:
                self.start()  # type: ignore[no-untyped-call]
            except RedisError as error:
                log.warning("Redis: %s; the scheduler waits for it", error)
            else:
                return
            if _is_stopped_meanwhile():
                return


class QueueWorker(Worker):
    """RQ's worker, which tells whether it was asked to stop: it also ends when Redis goes."""

    is_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Called by the signals that end us."""
        self.is_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def open_worker(redis: Redis) -> QueueWorker:
    """A worker on our one queue."""
    queues = [open_queue(redis)]
    return QueueWorker(queues, connection=redis, serializer=JSONSerializer, job_class=KnownJob)


def run_worker(redis: Redis) -> None:
    """Do jobs until asked to stop; a Redis that goes in the midst of one is waited for."""
    while True:
        worker = None
        try:
            worker = open_worker(redis)
            # Its scheduler puts jobs on the queue that were asked for a later time.
            worker.work(logging_level="WARNING", with_scheduler=True)
        except RedisError as error:
            log.warning("Redis: %s; the worker waits for it", error)
        if (worker and worker.is_to_stop) or _is_stopped_meanwhile():
            return


def _is_stopped_meanwhile() -> bool:
    """Wait before Redis is looked for again; whether we were stopped while we did."""
    try:
        time.sleep(REDIS_AWAY)
    except (StopRequested, KeyboardInterrupt):
        return True
    return False
