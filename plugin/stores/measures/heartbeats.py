"""When each job ran last, and how that ended: shown on the System page."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
from redis import Redis
from redis.exceptions import RedisError

from plugin.redaction import clean

KEY = "lsal:heartbeats"
MAX_ERROR = 300


class Heartbeat(msgspec.Struct, frozen=True, omit_defaults=True):
    """A job's last run: when it ended, how long it took, and its error where it failed.

    `worked` is when it last ended well; None where it never did, as far as Redis knows.
    """

    at: datetime
    seconds: float
    error: str = ""
    worked: datetime | None = None


class Heartbeats:
    """The last runs of jobs, by their names, in Redis: they are gone with it, and come again."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis, self._clock = redis, clock

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        """Note a run, which lasts as long as the context; whatever it raises goes on."""
        started = time.perf_counter()
        error = "was ended from outside"
        try:
            yield
            error = ""
        except Exception as failure:
            error = clean(f"{type(failure).__name__}: {failure}", MAX_ERROR)
            raise
        finally:
            self._note(name, time.perf_counter() - started, error)

    def all(self) -> dict[str, Heartbeat]:
        """The last run of every job that Redis knows of."""
        return {
            str(name): msgspec.json.decode(data, type=Heartbeat)
            for name, data in self._redis.hgetall(KEY).items()
        }

    def _note(self, name: str, seconds: float, error: str) -> None:
        now = self._clock().astimezone(UTC)
        try:
            before = self._redis.hget(KEY, name)
            known = msgspec.json.decode(before, type=Heartbeat).worked if before else None
            beat = Heartbeat(now, round(seconds, 3), error, known if error else now)
            self._redis.hset(KEY, name, msgspec.json.encode(beat).decode())
        except RedisError:
            return  # the job's own outcome matters more, and a page without Redis shows nothing
