"""Sums that a process adds up on its own and now and then adds to those of all processes in Redis.

A batch whose answer is lost is sent again and counted once: counts are exact unless a process is
killed outright, which loses what it had not yet sent.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from importlib.resources import files
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from redis import Redis
from redis.exceptions import RedisError

Key = TypeVar("Key")

BATCH = 2_000
"""Keys in one call: the others of Redis wait while it is counted."""

MAX_KEYS = 50_000
"""Keys of a process that wait for Redis to come back; what is newer is dropped."""

MAX_FIELDS = 5_000
"""Fields of one hash; what is newer is counted together as the field `other`."""

REMEMBER_BATCH = 3600
"""Seconds for which Redis knows a process's last batch."""

log = logging.getLogger(__name__)


class Addition(NamedTuple):
    """What is added to one field of a hash in Redis; `expire` in seconds, None for never."""

    hash: str
    field: str
    number: int
    expire: int | None = None


class SharedSums(Generic[Key]):
    """Sums by key, on their way to Redis. Safe to share between threads."""

    def __init__(self, redis: Redis, spread: Callable[[Key, int], Iterable[Addition]]) -> None:
        """`spread` says to which fields of which hashes a key's sum is to be added."""
        source = files("plugin.stores").joinpath("lua", "sums.lua").read_text()
        self._script = redis.register_script(source)
        self._spread = spread
        self._counting, self._flushing = threading.Lock(), threading.Lock()
        self._sums: dict[Key, int] = {}
        self._batch: dict[Key, int] = {}
        self._batch_id = ""
        self._process = f"lsal:sums:{secrets.token_hex(8)}"

    def add(self, numbers: Iterable[tuple[Key, int]]) -> None:
        """Add a group of numbers; no call to Redis."""
        with self._counting:
            sums = self._sums
            for key, number in numbers:
                sums[key] = sums.get(key, 0) + number

    def flush(self) -> None:
        """Add what was counted to Redis.

        Raises:
            RedisError: it is away; what was counted is kept for the next time.
        """
        with self._flushing:
            while self._next_batch():
                try:
                    self._send()
                except RedisError:
                    self._drop_newest()
                    raise
                self._batch = {}

    def _next_batch(self) -> bool:
        """Take up to BATCH keys, unless the last batch is still to be sent; False with nothing."""
        if not self._batch:
            with self._counting:
                keys = list(islice(self._sums, BATCH))
                self._batch = {key: self._sums.pop(key) for key in keys}
            self._batch_id = secrets.token_hex(8)
        return bool(self._batch)

    def _send(self) -> None:
        hashes, arguments = [self._process], [self._batch_id, str(REMEMBER_BATCH), str(MAX_FIELDS)]
        for key, number in self._batch.items():
            for each in self._spread(key, number):
                hashes.append(each.hash)
                expire = "" if each.expire is None else str(each.expire)
                arguments += (each.field, str(each.number), expire)
        self._script(keys=hashes, args=arguments)

    def _drop_newest(self) -> None:
        with self._counting:
            excess = len(self._sums) - MAX_KEYS
            lost = sum(self._sums.popitem()[1] for _ in range(excess))
        if lost:
            log.warning("Redis is away for too long: counts are dropped", extra={"number": lost})
