"""Calls of Label Studio that `lsal doctor` waits for, in Redis: which of them came."""

from redis import Redis

TRIALS = ""
"""In place of a project's name in the secret of such a call: no project is called so."""

KEPT = 120
"""Seconds for which it is known that a call came."""


class TrialCalls:
    """Notes of calls, each by the number of its trial."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def note(self, trial: str) -> None:
        """Note that the call of a trial came."""
        self._redis.set(_key(trial), 1, ex=KEPT)

    def came(self, trial: str) -> bool:
        """Whether it did."""
        return bool(self._redis.exists(_key(trial)))


def _key(trial: str) -> str:
    return f"lsal:doctor:call:{trial}"
