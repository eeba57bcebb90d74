"""Ids of signed posts, remembered while their signatures are good, so that none comes twice."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

from redis import Redis
from redis.exceptions import RedisError

REMEMBER = 660
"""Seconds: a signature is good from 5 minutes before its time to 5 after; one more for clocks."""

MAX_HERE = 100_000
"""Ids that a process remembers by itself while Redis is away."""


class Replays:
    """Ids that were used, in Redis; while that is away, in this process. Safe between threads."""

    def __init__(
        self,
        redis: Redis,
        monotonic: Callable[[], float] = time.monotonic,
        max_here: int = MAX_HERE,
    ) -> None:
        self._redis = redis
        self._used_here = _Bounded(monotonic, max_here)
        self._freed_here = _Bounded(monotonic, max_here)

    def use(self, project: str, deployment_id: str, message_id: str) -> bool:
        """Use an id; False when it was used before."""
        key = _key(project, deployment_id, message_id)
        if self._freed_here.take(key):
            return True
        if key in self._used_here:
            return False
        try:
            return bool(self._redis.set(key, "", nx=True, ex=REMEMBER))
        except RedisError:
            # Nothing is kept without Redis: what is answered now are refusals, and the oldest of
            # these ids may be forgotten where they are too many.
            return self._used_here.add(key)

    def free(self, project: str, deployment_id: str, message_id: str) -> None:
        """Let an id be used again: what came under it was not taken."""
        key = _key(project, deployment_id, message_id)
        if self._used_here.take(key):
            return
        try:
            self._redis.delete(key)
        except RedisError:
            self._freed_here.add(key)


class _Bounded:
    """A set that forgets each member after REMEMBER seconds, and the oldest ones if too many."""

    def __init__(self, monotonic: Callable[[], float], most: int) -> None:
        self._monotonic = monotonic
        self._most = most
        self._lock = threading.Lock()
        self._ends: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return self._ends.get(key, 0.0) > self._monotonic()

    def add(self, key: str) -> bool:
        """Add a member; False when it was one."""
        now = self._monotonic()
        with self._lock:
            if self._ends.get(key, 0.0) > now:
                return False
            self._ends[key] = now + REMEMBER
            self._ends.move_to_end(key)
            while len(self._ends) > self._most or next(iter(self._ends.values())) <= now:
                self._ends.popitem(last=False)
        return True

    def take(self, key: str) -> bool:
        """Remove a member; False when it was none."""
        with self._lock:
            return self._ends.pop(key, 0.0) > self._monotonic()


def _key(project: str, deployment_id: str, message_id: str) -> str:
    digest = sha256(message_id.encode()).hexdigest()[:32]
    return f"lsal:{project}:posts:{deployment_id}:{digest}"
