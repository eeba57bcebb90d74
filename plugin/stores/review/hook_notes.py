"""Which batches have their webhook in Label Studio, as far as we know, in Redis."""

from redis import Redis

TRUSTED = 86_400
"""Seconds after which all of them are looked at again: somebody may have removed one by hand."""

REFUSED = 600
"""Seconds after which one that Label Studio refused is tried again."""

_NOTES = "lsal:hooks"
_TROUBLE = "lsal:hooks:refused"


class HookNotes:
    """Digests of registered webhooks, by the id of the batch's Label Studio project."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def all(self) -> dict[int, str]:
        """The digest of every webhook that is registered."""
        return {int(each): str(digest) for each, digest in self._redis.hgetall(_NOTES).items()}

    def save(self, project: int, digest: str) -> None:
        """Note that a webhook is registered."""
        self._redis.hset(_NOTES, str(project), digest)
        self._redis.expire(_NOTES, TRUSTED, nx=True)

    def refused(self, reason: str) -> None:
        """Note why Label Studio does not take our webhooks, for a while."""
        self._redis.set(_TROUBLE, reason, ex=REFUSED)

    def trouble(self) -> str:
        """Why Label Studio refused; "" where it did not lately."""
        return str(self._redis.get(_TROUBLE) or "")
