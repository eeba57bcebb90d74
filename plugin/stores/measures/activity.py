"""When deployments were seen, how much they post, and which model versions they run.

Requests only note it in the process; a flush each second carries it to Redis. That a deployment was
seen at all is noted in the Store too, where it outlives Redis.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from plugin.domain.deployment import Deployment
from plugin.stores.access.deployments import Deployments
from plugin.stores.measures.sums import Addition, SharedSums

RATE_MINUTES = 5
"""Minutes, the current one included, over which a rate is taken."""

MAX_VERSIONS = 50
"""Model versions of a deployment that a process tells apart; the events of others are OTHER's."""

MAX_VERSION_LENGTH = 100
OTHER = "other"

PERIOD = 10 * 24 * 3600
PERIODS = 4
"""Events per model version are counted in periods; the last ones make 30 to 40 days."""


class Seen(NamedTuple):
    """What is known of one deployment.

    `last` is None where Redis knows of no time; `per_second` is a rate of events over the last
    minutes, `versions` the number of events by model version in the last 30 to 40 days, "" where
    none was said.
    """

    last: datetime | None
    per_second: float
    versions: Mapping[str, int]


class _Key(NamedTuple):
    project: str
    deployment: str
    version: str
    minute: int


class Activity:
    """What one process has seen, on its way to Redis, and what all have. Safe between threads."""

    def __init__(self, redis: Redis, deployments: Deployments) -> None:
        self._redis = redis
        self._deployments = deployments
        self._events: SharedSums[_Key] = SharedSums(redis, _additions)
        self._lock = threading.Lock()
        self._last: dict[tuple[str, str], int] = {}
        self._versions: defaultdict[str, set[str]] = defaultdict(set)
        self._marked: set[str] = set()

    def saw(self, deployment: Deployment, model_version: str, number: int, now: datetime) -> None:
        """Note a request of a deployment with a number of events, 0 where it asked for something.

        It raises nothing and makes no call to Redis.
        """
        second = int(now.timestamp())
        place = (deployment.project, deployment.id)
        with self._lock:
            self._last[place] = max(second, self._last.get(place, 0))
            version = self._told_apart(deployment.id, model_version[:MAX_VERSION_LENGTH])
        if number:
            self._events.add([(_Key(*place, version, second // 60), number)])
        if deployment.id not in self._marked:
            self._mark(deployment, now)

    def flush(self) -> None:
        """Bring what was seen to Redis.

        Raises:
            RedisError: it is away; what was seen is kept for the next time.
        """
        self._flush_last()
        self._events.flush()

    def of(self, deployments: Sequence[Deployment], now: datetime) -> dict[str, Seen]:
        """What is known of deployments, by their ids."""
        second = int(now.timestamp())
        minutes = range(second // 60 - RATE_MINUTES + 1, second // 60 + 1)
        periods = range(second // PERIOD - PERIODS + 1, second // PERIOD + 1)
        pipeline = self._redis.pipeline(transaction=False)
        for each in deployments:
            pipeline.zscore(_last(each.project), each.id)
            for minute in minutes:
                pipeline.hget(_rate(each.project, minute), each.id)
            for period in periods:
                pipeline.hgetall(_versions(each.project, each.id, period))
        answers = iter(pipeline.execute())
        elapsed = 60 * (RATE_MINUTES - 1) + second % 60 + 1
        return {each.id: _seen(answers, elapsed) for each in deployments}

    def seen_since(self, projects: Sequence[str], since: datetime) -> dict[str, set[str]]:
        """The ids of the deployments of projects that were seen since a time, by project."""
        pipeline = self._redis.pipeline(transaction=False)
        for project in projects:
            pipeline.zrangebyscore(_last(project), since.timestamp(), "+inf")
        return dict(zip(projects, map(set, pipeline.execute()), strict=True))

    def _told_apart(self, deployment_id: str, version: str) -> str:
        known = self._versions[deployment_id]
        if version in known:
            return version
        if len(known) == MAX_VERSIONS:
            return OTHER
        known.add(version)
        return version

    def _mark(self, deployment: Deployment, now: datetime) -> None:
        try:
            self._deployments.mark_seen(deployment, now)
        except OSError:
            return  # the disk is full, say; the next request tries again
        self._marked.add(deployment.id)

    def _flush_last(self) -> None:
        with self._lock:
            last, self._last = self._last, {}
        if not last:
            return
        pipeline = self._redis.pipeline(transaction=False)
        for (project, deployment_id), second in last.items():
            pipeline.zadd(_last(project), {deployment_id: second}, gt=True)
        try:
            pipeline.execute()
        except RedisError:
            with self._lock:
                self._last = last | self._last
            raise


def _additions(key: _Key, number: int) -> tuple[Addition, Addition]:
    project, deployment_id, version, minute = key
    versions = _versions(project, deployment_id, 60 * minute // PERIOD)
    return (
        Addition(_rate(project, minute), deployment_id, number, 60 * (RATE_MINUTES + 1)),
        Addition(versions, version, number, PERIOD * (PERIODS + 1)),
    )


def _seen(answers: Iterator[Any], elapsed: int) -> Seen:
    """One deployment, from Redis's answers in the order in which they were asked for."""
    last = next(answers)
    events = sum(int(number or 0) for number in islice(answers, RATE_MINUTES))
    return Seen(
        last=datetime.fromtimestamp(last, UTC) if last else None,
        per_second=events / elapsed,
        versions=_added_up(islice(answers, PERIODS)),
    )


def _added_up(periods: Iterable[Mapping[str, str]]) -> dict[str, int]:
    versions: dict[str, int] = defaultdict(int)
    for period in periods:
        for version, number in period.items():
            versions[version] += int(number)
    return dict(sorted(versions.items(), key=lambda each: -each[1]))


def _last(project: str) -> str:
    return f"lsal:{project}:seen"


def _rate(project: str, minute: int) -> str:
    return f"lsal:{project}:seen:minute:{minute}"


def _versions(project: str, deployment_id: str, period: int) -> str:
    return f"lsal:{project}:seen:{deployment_id}:{period}"
