"""What RQ knows of itself: the queue, the jobs that failed, and who is there to run them."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from redis import Redis
from rq import Queue, Worker
from rq.cron import CronScheduler
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from plugin.queues import open_queue
from plugin.redaction import clean

SHOWN_FAILURES = 10
MAX_ERROR = 300

OLD_JOB = timedelta(minutes=5)
"""A job that waits for longer waits for too long."""

QUIET_SCHEDULER = timedelta(minutes=3)
"""A scheduler of which nothing is heard for longer runs no more."""


class FailedJob(NamedTuple):
    """A job that raised: what it was, what it was for ("" where for nothing), when, and how."""

    name: str
    subject: str
    at: datetime | None
    error: str


class Crew(NamedTuple):
    """Who is there: `workers`, of which `busy` run a job, the first of them `since` that time.

    `scheduler` is the last sign of life of the scheduler, None where there is none.
    """

    workers: int
    busy: int
    scheduler: datetime | None
    since: datetime | None


class QueueState(NamedTuple):
    """The queue at one moment.

    `waiting` counts jobs, `oldest` is when the first of them was asked for; `workers` is how many
    there are, `busy` how many of them run a job, and `since` when the first of them began;
    `scheduler` is the last sign of life of the scheduler, None where there is none.
    """

    waiting: int
    oldest: datetime | None
    failed: tuple[FailedJob, ...]
    workers: int
    busy: int
    scheduler: datetime | None
    since: datetime | None = None


def queue_state(queue_redis: Redis) -> QueueState:
    """Look at the queue.

    Raises:
        RedisError: Redis is away.
    """
    queue = open_queue(queue_redis)
    return QueueState(queue.count, _oldest(queue), _failed(queue), **crew_of(queue_redis)._asdict())


def crew_of(queue_redis: Redis) -> Crew:
    """Look who is there.

    Raises:
        RedisError: Redis is away.
    """
    workers = Worker.all(connection=queue_redis)
    beats = [each.last_heartbeat for each in CronScheduler.all(queue_redis)]
    return Crew(
        workers=len(workers),
        busy=sum(worker.get_state() == "busy" for worker in workers),
        scheduler=max((_utc(beat) for beat in beats if beat), default=None),
        since=min((_utc(each.birth_date) for each in workers if each.birth_date), default=None),
    )


def _oldest(queue: Queue) -> datetime | None:
    jobs = Job.fetch_many(queue.get_job_ids(0, 1), queue.connection, JSONSerializer)
    return next((_utc(job.enqueued_at) for job in jobs if job and job.enqueued_at), None)


def _failed(queue: Queue) -> tuple[FailedJob, ...]:
    registry = FailedJobRegistry(queue=queue)
    newest = registry.get_job_ids(0, SHOWN_FAILURES - 1, desc=True)
    jobs = Job.fetch_many(newest, queue.connection, JSONSerializer)
    return tuple(_failure(job) for job in jobs if job)


def _failure(job: Job) -> FailedJob:
    result = job.latest_result()
    lines = (result.exc_string or "").strip().splitlines() if result else []
    try:
        subject = " ".join(str(each) for each in job.args)
        name = (job.func_name or "").rpartition(".")[2]
    except DeserializationError:  # nobody of ours has put this there
        subject, name = "", "unreadable"
    error = clean(lines[-1] if lines else "", MAX_ERROR)
    return FailedJob(name, subject, job.ended_at and _utc(job.ended_at), error)


def _utc(moment: datetime) -> datetime:
    # RQ's times are in UTC, and some of them do not say so.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
