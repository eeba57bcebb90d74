"""What lies in Redis is data: whoever can write there has no code run by a worker."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq.job import Job
from rq.registry import FailedJobRegistry

from plugin.bootstrap import Application
from plugin.domain.errors import ForbiddenError
from plugin.jobs import sweep
from plugin.known_jobs import KnownJob
from plugin.queues import PERIODIC, QUEUE, WorkQueue, open_queue, open_worker


@pytest.fixture
def queue_redis(redis: Redis, redis_url: str) -> Iterator[Redis]:
    assert redis.dbsize() == 0
    with Redis.from_url(redis_url) as client:
        yield client


class Pickled:
    """What runs a command when it is read by pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


TOUCHED: list[Path] = []
"""What the callback makes, in the process that is forked for a job."""


def touch(*_: object) -> None:
    """The callback."""
    TOUCHED[0].touch()


def plant(redis: Redis, data: bytes, **more: str) -> str:
    """A job as an attacker writes it; its id."""
    fields = {"origin": QUEUE, "status": "queued", "created_at": "2026-11-23T12:00:00Z", **more}
    redis.hset("rq:job:planted", "data", data)
    for name, value in fields.items():
        redis.hset("rq:job:planted", name, value)
    redis.sadd("rq:queues", f"rq:queue:{QUEUE}")
    redis.rpush(f"rq:queue:{QUEUE}", "planted")
    return "planted"


def call(name: str, *args: object, instance: object = None) -> bytes:
    return json.dumps([name, instance, args, {}]).encode()


def test_jobs_are_json_with_names_in_it(redis: Redis, queue_redis: Redis) -> None:
    WorkQueue(redis, queue_redis).force("parts")
    [identifier] = open_queue(queue_redis).get_job_ids()
    job = Job.fetch(identifier, queue_redis, open_queue(queue_redis).serializer)
    assert json.loads(job.data) == ["plugin.jobs.import_frames", None, ["parts"], {}]


@pytest.mark.parametrize("way", ["pickle", "a function", "a callback", "a method"])
def test_a_planted_job_runs_nothing(queue_redis: Redis, tmp_path: Path, way: str) -> None:
    touched, said = tmp_path / "touched", str(tmp_path / "touched")
    TOUCHED[:] = [touched]
    more: dict[str, str] = {}
    match way:
        case "pickle":
            data = pickle.dumps(Pickled(touched))
        case "a function":
            data = call("os.mkdir", said)
        case "a callback":
            data = call("plugin.jobs.no_such_job")
            more = {"failure_callback_name": f"{__name__}.touch", "failure_callback_timeout": "9"}
        case "a method":
            data = call("plugin.jobs.sweep", instance=said)
    identifier = plant(queue_redis, data, **more)
    open_worker(queue_redis).work(burst=True, logging_level="CRITICAL")
    assert not touched.exists()
    assert identifier in FailedJobRegistry(queue=open_queue(queue_redis)).get_job_ids()


@pytest.mark.parametrize(
    "name",
    ["os.mkdir", "plugin.jobs.logging.shutdown", "plugin.jobs.application", "plugin.jobs.utc_now",
     "plugin.jobs.__class__", "plugin.queues.run_worker", "plugin.jobs.sweep\n", ""],
)  # fmt: skip
def test_no_other_function_is_a_job(queue_redis: Redis, name: str) -> None:
    job = KnownJob.create("plugin.jobs.sweep", connection=queue_redis)
    job._func_name = name
    with pytest.raises(ForbiddenError, match="is no job of ours"):
        job.func  # noqa: B018  it is a property that checks


def test_our_own_are(queue_redis: Redis) -> None:
    for name in PERIODIC:
        assert KnownJob.create(name, connection=queue_redis).func.__module__ == "plugin.jobs"
    assert KnownJob.create("plugin.jobs.sweep", connection=queue_redis).func is sweep


def test_neither_callbacks_nor_webhooks_are_read(queue_redis: Redis) -> None:
    names = ("success", "failure", "stopped")
    more = {f"{name}_callback_name": "os.abort" for name in names}
    more["webhooks"] = json.dumps([{"url": "http://192.0.2.1/", "statuses": ["finished"]}])
    identifier = plant(queue_redis, call("plugin.jobs.sweep"), **more)
    job = open_queue(queue_redis).fetch_job(identifier)
    assert job
    assert [job.success_callback, job.failure_callback, job.stopped_callback] == [None] * 3
    assert job.webhooks == []


def test_the_system_page_is_there_whatever_failed(
    signed_in_client: FlaskClient, application: Application
) -> None:
    redis = application.queue_redis
    plant(redis, pickle.dumps(["x"]))
    open_worker(redis).work(burst=True, logging_level="CRITICAL")
    answer = signed_in_client.get("/system")
    assert answer.status_code == 200
    assert "unreadable" in answer.text
