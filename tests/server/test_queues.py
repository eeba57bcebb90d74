"""Work that is asked for now, later and all the time, with a real Redis and real RQ processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.registry import ScheduledJobRegistry
from rq.utils import now

from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.queues import IMPORT, PERIODIC, Scheduler, WorkQueue, open_queue
from plugin.stores.locks import RENEWED_EXPIRE, Locks
from tests.waiting import wait_for

PROJECT = "parts"


@pytest.fixture
def queue_redis(redis: Redis, redis_url: str) -> Iterator[Redis]:
    assert redis.dbsize() == 0
    with Redis.from_url(redis_url) as client:
        yield client


def work(redis: Redis, queue_redis: Redis, draw: float = 0.0) -> WorkQueue:
    return WorkQueue(redis, queue_redis, lambda: draw)


def test_who_asks_while_it_is_asked_already_adds_nothing(redis: Redis, queue_redis: Redis) -> None:
    queue = work(redis, queue_redis)
    for _ in range(3):
        queue.request(PROJECT)
    assert len(open_queue(queue_redis)) == 1
    queue.accept(PROJECT)
    queue.request(PROJECT)
    assert len(open_queue(queue_redis)) == 2


def test_work_that_fails_is_asked_for_later_and_later(redis: Redis, queue_redis: Redis) -> None:
    queue = work(redis, queue_redis)
    assert [queue.postpone(PROJECT) for _ in range(4)] == [1, 2, 4, 8]
    assert queue.is_postponed(PROJECT)
    assert not queue.is_postponed("another")
    registry = ScheduledJobRegistry(queue=open_queue(queue_redis))  # type: ignore[no-untyped-call]
    assert len(registry) == 4
    assert len(open_queue(queue_redis)) == 0
    queue.succeeded(PROJECT)
    assert queue.postpone(PROJECT) == 1


def test_a_server_that_asks_for_time_gets_it(redis: Redis, queue_redis: Redis) -> None:
    queue = work(redis, queue_redis, draw=0.5)
    assert queue.postpone(PROJECT, asked=40) == 41
    assert 39_000 < redis.pttl(f"lsal:{PROJECT}:postponed:{IMPORT}") <= 41_000


def test_a_worker_does_what_was_asked_for_later(
    redis: Redis, queue_redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    work(redis, queue_redis).postpone(PROJECT)
    registry = ScheduledJobRegistry(queue=open_queue(queue_redis))  # type: ignore[no-untyped-call]
    environment = {"REDIS_URL": redis_url, "STORE_URL": str(tmp_path / "store")}
    with Processes(tmp_path) as processes:
        processes.start(programs.worker(environment))
        # The project is not there, so the job fails: but it came, without anybody's asking.
        failed = open_queue(queue_redis).failed_job_registry
        wait_for(lambda: len(registry) == 0 and len(failed), "the job")


def test_the_scheduler_outlives_its_redis(tmp_path: Path) -> None:
    port = free_port(0)
    environment = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "STORE_URL": str(tmp_path / "store")}
    with Processes(tmp_path) as processes:
        processes.start(programs.scheduler(environment))  # nobody answers yet
        log = processes.log("Scheduler")
        wait_for(lambda: "the scheduler waits for it" in log.read_text(), "its word")
        processes.start(programs.redis(tmp_path, port))
        with Redis.from_url(environment["REDIS_URL"]) as client:
            wait_for(lambda: len(open_queue(client)), "a job")
        processes.check()


def test_a_worker_outlives_its_redis(tmp_path: Path) -> None:
    port = free_port(0)
    environment = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "STORE_URL": str(tmp_path / "store")}
    with Processes(tmp_path) as processes:
        processes.start(programs.worker(environment))  # nobody answers yet
        log = processes.log("Worker")
        wait_for(lambda: "the worker waits for it" in log.read_text(), "its word")
        processes.start(programs.redis(tmp_path, port))
        with Redis.from_url(environment["REDIS_URL"]) as client:
            queue = open_queue(client)
            queue.enqueue_call(IMPORT, args=(PROJECT,))
            wait_for(lambda: len(queue) == 0 and len(queue.failed_job_registry), "the job")
        processes.check()


def test_periodic_work_goes_on_when_the_clock_was_set_back(queue_redis: Redis) -> None:
    scheduler = Scheduler(queue_redis)
    scheduler.enqueue_jobs()
    assert scheduler.enqueue_jobs() == []
    for job in scheduler.get_jobs():
        job.set_enqueue_time(now() + timedelta(hours=1))
    assert len(scheduler.enqueue_jobs()) == len(PERIODIC)
    assert scheduler.enqueue_jobs() == []


HOLDER = """
import sys, time
from redis import Redis
from plugin.stores.locks import Locks
with Locks(Redis.from_url(sys.argv[1], decode_responses=True)).hold_renewed("import:parts"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_killed_worker_is_free_half_a_minute_later(
    redis: Redis, redis_url: str
) -> None:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, redis_url], stdout=subprocess.PIPE, env=environment
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.communicate()
    assert 0 < redis.pttl("lsal:lock:import:parts") <= RENEWED_EXPIRE * 1000


def test_a_lock_is_renewed_while_its_holder_is_busy(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.stores.locks.RENEW_EVERY", 0.01)
    with Locks(redis).hold_renewed("busy") as lease:
        assert lease
        redis.pexpire("lsal:lock:busy", 5_000)
        wait_for(lambda: redis.pttl("lsal:lock:busy") > 25_000, "its renewal")
        with Locks(redis).hold_renewed("busy") as second:
            assert second is None
    assert redis.exists("lsal:lock:busy") == 0
