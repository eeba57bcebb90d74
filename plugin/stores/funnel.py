"""The funnel: how many events got how far, per project and hour.

Counts are added up in the process and flushed every second, so that an event which is turned away
costs no call to Redis. A `kill -9` loses at most a second of counts, never a frame.
"""

import threading
from collections import Counter
from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError

KEEP = 35 * 24 * 3600
"""Seconds for which hourly counts are kept."""


class Funnel:
    """Counters of one process on their way to Redis, and the totals of all processes there."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, project: str, stages: tuple[str, ...], now: datetime) -> None:
        """Count one event at every stage that it reached."""
        hour = now.strftime("%Y-%m-%dT%H")
        with self._lock:
            for stage in stages:
                self._counts[project, hour, stage] += 1

    def flush(self) -> None:
        """Add what was counted to Redis; kept for the next time when Redis is away."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        pipeline = self._redis.pipeline(transaction=True)
        for (project, hour, stage), number in counts.items():
            pipeline.hincrby(_total(project), stage, number)
            pipeline.hincrby(_hour(project, hour), stage, number)
            pipeline.expire(_hour(project, hour), KEEP)
        try:
            pipeline.execute()
        except RedisError:
            with self._lock:
                self._counts.update(counts)
            raise

    def totals(self, project: str) -> dict[str, int]:
        """Counts of all processes since the project began."""
        stored = self._redis.hgetall(_total(project))
        return {str(stage): int(number) for stage, number in stored.items()}

    def start(self, every: float = 1.0) -> None:
        """Flush in the background until `stop`."""

        def run() -> None:
            while not self._stop.wait(every):
                self._try_to_flush()
            self._try_to_flush()

        self._thread = threading.Thread(target=run, name="funnel", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Flush for the last time and end the background thread."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _try_to_flush(self) -> None:
        try:
            self.flush()
        except RedisError:
            return  # the counts are still here; the next flush takes them along


def _total(project: str) -> str:
    return f"lsal:{project}:funnel"


def _hour(project: str, hour: str) -> str:
    return f"lsal:{project}:funnel:{hour}"
