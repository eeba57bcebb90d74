"""Whether Label Studio answers, as the processes that asked it found; pages show it unasked."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from redis import Redis
from redis.exceptions import RedisError

_KEY = "lsal:label-studio"

NOTED_EVERY = timedelta(seconds=5)
"""Between two notes of a process that say the same."""


class Answering(msgspec.Struct, frozen=True):
    """When Label Studio answered last, and since when it does not; None for what never was."""

    answered_at: datetime | None = None
    away_since: datetime | None = None


class LabelStudioAnswering:
    """What this process found, noted for all of them."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis, self._clock = redis, clock
        self._noted: tuple[bool, datetime] | None = None

    def note(self, outcome: str) -> None:
        """Note how a request ended: `ok`, an HTTP status, or `no_answer`.

        What cannot be noted is not: who asked Label Studio must not fail for it.
        """
        answers, now = outcome != "no_answer" and not outcome.startswith("5"), self._clock()
        if self._noted and self._noted[0] == answers and now - self._noted[1] < NOTED_EVERY:
            return
        self._noted = answers, now
        try:
            self._write(answers, now.isoformat())
        except RedisError:
            self._noted = None

    def _write(self, answers: bool, now: str) -> None:  # noqa: FBT001  a fact, not an option
        if not answers:
            self._redis.hsetnx(_KEY, "away_since", now)
            return
        pipeline = self._redis.pipeline()
        pipeline.hset(_KEY, "answered_at", now)
        pipeline.hdel(_KEY, "away_since")
        pipeline.execute()

    def read(self) -> Answering:
        """What was noted last, by any process."""
        return msgspec.convert(self._redis.hgetall(_KEY), Answering)
