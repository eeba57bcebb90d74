"""Redis was emptied: what admission has to know of a project comes back from the Store."""

import logging
from datetime import datetime
from itertools import chain

import msgspec
from redis import Redis

from plugin.domain.budget import generation
from plugin.domain.errors import UnavailableError
from plugin.domain.memory import Memory, remember, remembered_since
from plugin.domain.settings import ProjectSettings
from plugin.stores.candidates.admission_questions import KEEP, PROJECT, keys_of
from plugin.stores.candidates.kept_frames import kept_frames
from plugin.stores.locks import Locks
from plugin.stores.objects import ObjectStore
from plugin.stores.scripts import Script

log = logging.getLogger(__name__)

WAIT = 20.0
"""Seconds to wait for another process that is at it; then whoever asks may come again."""


def is_known(redis: Redis, settings: ProjectSettings, now: datetime) -> bool:
    """Whether Redis has not forgotten a project: its own counter says so."""
    return bool(redis.hexists(keys_of(settings.project, now)[0].decode(), PROJECT))


class Writer:
    """Writes into Redis what it has to know, without taking away what it knows."""

    def __init__(self, redis: Redis) -> None:
        self._restore = Script(redis, 4, "counters.lua", "restore.lua")

    def write(self, memory: Memory, settings: ProjectSettings, now: datetime) -> None:
        """Write it all in one step."""
        self._restore(*keys_of(settings.project, now), _question(memory, settings, now))

    def begin(self, settings: ProjectSettings, now: datetime) -> None:
        """Begin with nothing kept."""
        self.write(remember([], settings, now), settings, now)


class Restorer:
    """Counters, remembered events and looks, from the records of the frames that were kept."""

    def __init__(self, redis: Redis, store: ObjectStore, locks: Locks) -> None:
        self._redis = redis
        self._store = store
        self._locks = locks
        self._writer = Writer(redis)

    def make_good(self, settings: ProjectSettings, now: datetime) -> None:
        """Restore a project unless another process has done so by now.

        Raises:
            UnavailableError: another process is still at it, or the Store does not answer.
            RedisError: Redis does not answer.
        """
        with self._locks.hold(f"restore:{settings.project}", wait=WAIT) as lease:
            if lease is None:
                raise UnavailableError("Redis", "was emptied and is being filled again")
            if is_known(self._redis, settings, now):
                return
            try:
                memory = self.restore(settings, now)
            except OSError as error:
                raise UnavailableError("Store", error.strerror or str(error)) from error
        if memory.events:
            events = sum(map(len, memory.events.values()))
            said = {"project": settings.project, "events": events, "looks": len(memory.looks)}
            log.warning("Redis had forgotten a project; it was restored", extra=said)

    def restore(self, settings: ProjectSettings, now: datetime) -> Memory:
        """Restore a project, whatever is left of it in Redis; what was brought back or was there.

        Raises:
            OSError: the Store does not answer.
            RedisError: Redis does not answer.
        """
        frames = kept_frames(self._store, settings.project, remembered_since(now))
        memory = remember(frames, settings, now)
        self._writer.write(memory, settings, now)
        return memory


def _question(memory: Memory, settings: ProjectSettings, now: datetime) -> bytes:
    near, lately = settings.near_duplicates, generation(now)
    counts = [
        (scope, *chain.from_iterable(zip(count.starts, count.frames, strict=True)))
        for scope, count in memory.counts.items()
    ]
    events = [
        list(chain.from_iterable(memory.events.get(number, {}).items()))
        for number in (lately, lately - 1)
    ]
    looks = [value for each in memory.looks for value in (each.at, f"{each.look} {each.frame_id}")]
    return msgspec.msgpack.encode((KEEP, near.within if near else 0, counts, *events, looks))
