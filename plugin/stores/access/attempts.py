"""How often signing in failed lately: bounds on guessing, shared by all processes."""

from redis import Redis

WINDOW = 300
"""Seconds for which failures count, from the first one on."""

OF_ONE = 10
"""Failures of one address that a window allows."""

OF_ALL = 300
"""Failures of all addresses together, whatever addresses they say they come from."""


class Attempts:
    """Counts attempts to sign in; one that succeeds is taken back."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def begin(self, address: str) -> int:
        """Count an attempt from an address; the seconds to wait where it is one too many, else 0.

        It counts before its outcome is known, so that many at once are no way around the bound.
        """
        keys = _keys(address)
        pipeline = self._redis.pipeline()
        for key in keys:
            pipeline.incr(key)
            pipeline.expire(key, WINDOW, nx=True)
            pipeline.ttl(key)
        answers = pipeline.execute()
        found = zip(answers[::3], answers[2::3], (OF_ONE, OF_ALL), strict=True)
        return max((max(1, left) for count, left, most in found if count > most), default=0)

    def take_back(self, address: str) -> None:
        """Forget one attempt: it was no failure."""
        pipeline = self._redis.pipeline()
        for key in _keys(address):
            pipeline.decr(key)
            pipeline.expire(key, WINDOW, nx=True)  # it may have ended meanwhile
        pipeline.execute()


def _keys(address: str) -> tuple[str, str]:
    return f"lsal:sign-in:{address}", "lsal:sign-in"
