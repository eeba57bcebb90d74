"""Counts: of all processes together, exact, and bounded when Redis is away."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from redis.exceptions import RedisError

from plugin.stores.measures import sums
from plugin.stores.measures.flushing import Flusher
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.metrics import LABEL_STUDIO_REQUESTS, REQUEST_SECONDS, Metrics
from tests.samples import NOW
from tests.server.proxy import Proxy, proxy, without_retries

REFUSED = ("received", "outcome:not_sampled")


@pytest.fixture
def between(redis: Redis, redis_url: str) -> Iterator[Proxy]:
    with proxy(redis_url) as server:
        yield server


@pytest.fixture
def through(between: Proxy) -> Iterator[Redis]:
    """A client of Redis through the proxy."""
    with without_retries(between.url) as client:
        yield client


def test_processes_add_up(redis: Redis) -> None:
    for _ in range(2):
        funnel = Funnel(redis)
        funnel.count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
        funnel.count_all("parts", {"received": 200, "outcome:kept": 1, "rule:unsure": 1}, NOW)
        funnel.flush()
    assert Funnel(redis).totals("parts") == {
        "received": 402, "outcome:not_sampled": 2, "outcome:kept": 2, "rule:unsure": 2,
    }  # fmt: skip


def test_hours_are_those_of_utc_and_are_forgotten_in_the_end(redis: Redis) -> None:
    funnel = Funnel(redis)
    for minutes in (0, 59, 60):
        funnel.count_all("parts", {"received": 1}, NOW + timedelta(minutes=minutes))
    berlin = datetime(2026, 11, 24, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    funnel.count_all("parts", {"received": 1}, berlin)
    funnel.flush()
    hours = {key.rpartition(":")[2]: redis.hget(key, "received") for key in hour_keys(redis)}
    assert hours == {"2026-11-23T12": "2", "2026-11-23T13": "1", "2026-11-23T23": "1"}
    assert all(redis.ttl(key) > 30 * 24 * 3600 for key in hour_keys(redis))
    assert redis.ttl("lsal:parts:funnel") == -1


def hour_keys(redis: Redis) -> list[str]:
    return list(redis.scan_iter("lsal:parts:funnel:*"))


def test_counting_makes_no_call(between: Proxy, through: Redis) -> None:
    between.refusing = True
    Funnel(through).count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
    metrics = Metrics(through)
    metrics.add(LABEL_STUDIO_REQUESTS, ("ok",))
    metrics.observe(REQUEST_SECONDS, ("/", "2xx"), 0.1)


def test_counts_wait_until_redis_is_back(between: Proxy, through: Redis) -> None:
    funnel = Funnel(through)
    between.refusing = True
    for _ in range(3):
        funnel.count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
        with pytest.raises(RedisError):
            funnel.flush()
    between.refusing = False
    funnel.flush()
    assert funnel.totals("parts")["received"] == 3


def test_a_batch_whose_answer_was_lost_is_counted_once(between: Proxy, through: Redis) -> None:
    funnel = Funnel(through)
    funnel.count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
    funnel.flush()
    funnel.count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
    between.losing = True
    with pytest.raises(RedisError):
        funnel.flush()
    funnel.count_all("parts", dict.fromkeys(REFUSED, 1), NOW)
    funnel.flush()
    assert funnel.totals("parts")["received"] == 3


def test_counts_are_exact_while_threads_count_and_flush(redis: Redis) -> None:
    funnel = Funnel(redis)

    def count(_: int) -> None:
        for _ in range(500):
            funnel.count_all("parts", {"received": 1}, NOW)
            funnel.flush()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert funnel.totals("parts") == {"received": 2000}


def test_more_than_one_batch_arrives_whole(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "BATCH", 3)
    funnel = Funnel(redis)
    funnel.count_all("parts", {f"rule:r{number}": 1 for number in range(10)}, NOW)
    funnel.flush()
    assert len(funnel.totals("parts")) == 10


def test_what_a_process_keeps_for_redis_is_bounded_and_the_loss_is_told(
    between: Proxy,
    through: Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sums, "BATCH", 1)
    monkeypatch.setattr(sums, "MAX_KEYS", 4)
    between.refusing = True
    funnel = Funnel(through)
    funnel.count_all("parts", {f"rule:r{number}": 5 for number in range(8)}, NOW)
    with pytest.raises(RedisError):
        funnel.flush()
    assert [vars(record)["number"] for record in caplog.records] == [15]
    between.refusing = False
    funnel.flush()
    assert sorted(funnel.totals("parts")) == ["rule:r0", "rule:r1", "rule:r2", "rule:r3", "rule:r4"]


def test_series_over_the_bound_are_counted_together(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "MAX_FIELDS", 3)
    funnel = Funnel(redis)
    for _ in range(2):
        funnel.count_all("parts", {"received": 9} | {f"rule:r{n}": 1 for n in range(6)}, NOW)
        funnel.flush()
    kept = {"received": 18, "rule:r0": 2, "rule:r1": 2}
    assert funnel.totals("parts") == kept | {"other": 8}


def test_one_part_that_fails_stops_no_other_and_is_told_once(
    between: Proxy, through: Redis, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    between.refusing = True
    away, there = Funnel(through), Funnel(redis)
    flusher = Flusher((away, there))
    for _ in range(3):
        away.count_all("parts", {"received": 1}, NOW)
        there.count_all("other", {"received": 1}, NOW)
        flusher.flush()
    assert there.totals("other") == {"received": 3}
    between.refusing = False
    flusher.flush()
    flusher.flush()
    assert there.totals("parts") == {"received": 3}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_the_last_counts_are_flushed_at_the_stop(redis: Redis) -> None:
    funnel = Funnel(redis)
    flusher = Flusher((funnel,), every=3600)
    flusher.start()
    funnel.count_all("parts", {"received": 1}, NOW)
    flusher.stop()
    flusher.stop()
    assert funnel.totals("parts") == {"received": 1}


def test_it_flushes_by_itself(redis: Redis) -> None:
    class Part:
        """Sees the flusher come back, however slow the machine is."""

        turns = 0

        def flush(self) -> None:
            self.turns += 1
            if self.turns == 3:
                enough.set()

    enough = threading.Event()
    flusher = Flusher((Part(),), every=0.001)
    flusher.start()
    enough.wait()
    flusher.stop()


def test_stopping_what_never_started_is_harmless(redis: Redis) -> None:
    Flusher((Funnel(redis),)).stop()


def test_a_histogram_has_buckets_and_a_sum(redis: Redis) -> None:
    for seconds in (0.00005, 0.0003, 0.0004, 99.0):
        metrics = Metrics(redis)
        metrics.observe(REQUEST_SECONDS, ("/v1", "2xx"), seconds)
        metrics.flush()
    found = Metrics(redis).histograms(REQUEST_SECONDS)[("/v1", "2xx")]
    assert (found.counts[0], found.counts[3], found.counts[-1]) == (1, 2, 1)
    assert sum(found.counts) == 4
    assert found.seconds == pytest.approx(99.00075)


def test_labels_may_hold_anything(redis: Redis) -> None:
    metrics = Metrics(redis)
    nasty = ('a"b', "[1]\n", "")
    metrics.add("lsal_test", nasty, 2)
    metrics.flush()
    assert metrics.counters("lsal_test") == {nasty: 2}
