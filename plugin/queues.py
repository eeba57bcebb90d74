"""RQ: one queue, jobs as data (JSON, never pickle), and the periodic work.

One queue, because a worker on several loses the job it had popped when it dies.
"""

import logging

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE = "lsal"
JOB_TIMEOUT = 600  # seconds; one import job takes a few
KEEP_FAILED = 3600  # seconds

IMPORT = "plugin.jobs.import_frames"
FETCH = "plugin.jobs.fetch_images"
SWEEP = "plugin.jobs.sweep"
COLLECT = "plugin.jobs.collect"
PERIODIC = {SWEEP: 10, COLLECT: 30}
"""Jobs and the seconds between their runs."""

log = logging.getLogger(__name__)


def open_queue(redis: Redis) -> Queue:
    """The queue that every process of ours uses."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT)


class WorkQueue:
    """Asks for work on a project, one job per burst: the Store is the queue, a job wakes a worker.

    Work is IMPORT (pending frames become tasks) or FETCH (images come from their addresses).
    """

    def __init__(self, redis: Redis, queue_redis: Redis) -> None:
        self._redis = redis
        self._queue = open_queue(queue_redis)

    def request(self, project: str, work: str = IMPORT) -> None:
        """Ask for work on a project, unless that is asked already."""
        if self._redis.set(_asked(project, work), 1, nx=True, ex=60):
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

    def accept(self, project: str, work: str = IMPORT) -> None:
        """Called by the job before it looks: who asks from now on gets a job of his own."""
        self._redis.delete(_asked(project, work))


def _asked(project: str, work: str) -> str:
    return f"lsal:{project}:asked:{work}"


class _JsonCronJob(CronJob):
    """RQ's periodic job, on our queue: its own goes through pickle whatever the worker speaks."""

    def enqueue(self, connection: Redis) -> Job:
        """Put one run on the queue."""
        return open_queue(connection).enqueue_call(self.func_name, result_ttl=0, failure_ttl=3600)


class Scheduler(CronScheduler):
    """RQ's scheduler for periodic work."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(connection=redis)
        for name, seconds in PERIODIC.items():
            job = _JsonCronJob(queue_name=QUEUE, func_name=name, interval=seconds)
            self._cron_jobs.append(job)


def open_worker(redis: Redis) -> Worker:
    """A worker on our one queue."""
    return Worker([open_queue(redis)], connection=redis, serializer=JSONSerializer)
