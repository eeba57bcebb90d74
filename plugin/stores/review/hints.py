"""Hints of Label Studio that something happened in a batch; a lost one costs a minute."""

from redis import Redis


class Hints:
    """Batches that are to be looked at soon, in Redis: each once, however often it is named."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def add(self, project: str, batch: str) -> None:
        """Note that something happened in a batch."""
        self._redis.sadd(_key(project), batch)

    def take(self, project: str) -> list[str]:
        """The names of a project's batches in which something happened, now forgotten."""
        with self._redis.pipeline() as pipeline:
            pipeline.smembers(_key(project))
            pipeline.delete(_key(project))
            names, _ = pipeline.execute()
        return sorted(names)


def _key(project: str) -> str:
    return f"lsal:{project}:hinted"
