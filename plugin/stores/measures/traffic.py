"""A sample of the events that came in lately, kept or not, for trying settings on.

An event costs a request a comparison; a few a second are taken, each with the same chance, and
decoded behind the request. Each stands for as many as came beside it, and says so.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from threading import Lock

import msgspec
from redis import Redis

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Prediction
from plugin.domain.reservoir import Reservoir
from plugin.stores.measures.histograms import Histograms
from plugin.stores.measures.traffic_records import RecordedEvent, decode_record, encode_record
from plugin.stores.scripts import Script

MAX_EVENTS = 10_000
"""Events of a project that the sample holds; the oldest make room."""

MAX_BYTES = 8_000_000
"""Bytes of a project's sample in Redis; where events are large it holds fewer of them."""

KEEP = 7 * 24 * 3600
"""Seconds for which a sample is kept after its last event."""

EVENTS_A_FLUSH = 10
"""Events that a process takes between two flushes, a second, of all its projects together.

Ten thousand events are then the last quarter of an hour of a busy process, or all that came to a
quiet one.
"""

FEWEST = 2
"""Events of each project, however many projects share a process."""

MAX_PREDICTION = 250_000
"""Bytes of a prediction that is recorded; a larger one was counted and is passed over."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Came:
    """An event that came in, its prediction not looked at.

    `size` are the bytes of its prediction; `read` decodes it and raises InvalidInputError.
    """

    event_id: str
    at: datetime
    size: int
    read: Callable[[], Prediction]


class Traffic:
    """What one process has taken, on its way to Redis, and the samples there.

    Requests come from one thread, `flush` from another.
    """

    def __init__(self, redis: Redis, histograms: Histograms, random: Random) -> None:
        """`histograms` are told of the confidences that arrive; `random` chooses the events."""
        self._redis = redis
        self._histograms = histograms
        self._random = random
        self._append = Script(redis, 2, "traffic.lua")
        self._taking, self._flushing = Lock(), Lock()
        self._size = EVENTS_A_FLUSH
        self._reservoirs: dict[str, Reservoir[Came | None]] = {}

    def wants(self, project: str) -> bool:
        """Count an event of a project, and say whether it is to be recorded."""
        reservoir = self._reservoirs.get(project)
        return reservoir is None or reservoir.wants_next()

    def record(self, project: str, event: Came) -> None:
        """Take the event that was wanted; it raises nothing and makes no call to Redis."""
        with self._taking:
            reservoir = self._reservoirs.get(project)
            if reservoir is None:  # the first since the last flush
                reservoir = self._reservoirs[project] = Reservoir(self._size, self._random)
                reservoir.seen = 1
            reservoir.put(event if event.size <= MAX_PREDICTION else None)

    def flush(self) -> None:
        """Decode what was taken and bring it to Redis.

        Raises:
            RedisError: it is away; what was taken is lost, for a sample can spare it.
        """
        with self._flushing:  # who flushes finds all of it in Redis afterwards
            with self._taking:
                reservoirs, self._reservoirs = self._reservoirs, {}
                self._size = max(FEWEST, EVENTS_A_FLUSH // max(1, len(reservoirs)))
            for project, reservoir in reservoirs.items():
                self._send(project, reservoir)

    def recent(self, project: str) -> list[RecordedEvent]:
        """A project's sample, in the order in which its events came.

        Raises:
            RedisError: Redis is away.
        """
        found = []
        for record in self._redis.lrange(_list(project), 0, -1):
            try:
                found.append(decode_record(record))
            except msgspec.MsgspecError as error:  # of another release; it will be gone in a week
                log.debug("a recorded event is passed over: %s", error)
        return sorted(found, key=lambda event: event.at)

    def _send(self, project: str, reservoir: Reservoir[Came | None]) -> None:
        weight = reservoir.seen / len(reservoir.taken)
        records = []
        for event in reservoir.taken:
            prediction = _prediction_of(event) if event else None
            if event is None or prediction is None:
                continue
            self._histograms.arrived(project, prediction, weight, event.at)
            records.append(encode_record(event.event_id, event.at, weight, prediction))
        if records:
            bounds = (MAX_EVENTS, MAX_BYTES, KEEP)
            self._append(_list(project), _bytes(project), *bounds, *records)


def _prediction_of(event: Came) -> Prediction | None:
    """The prediction, or None: what cannot be decoded was refused, or turned away unseen."""
    try:
        return event.read()
    except InvalidInputError:
        return None


def _list(project: str) -> str:
    return f"lsal:{project}:traffic"


def _bytes(project: str) -> str:
    return f"lsal:{project}:traffic:bytes"
