"""What was seen when we last asked Label Studio about each batch, in Redis.

All of it may be lost: then every batch is looked at once more.
"""

from datetime import datetime

import msgspec
from redis import Redis

_NOTES = "lsal:looks"
_CURSOR = "lsal:looks:cursor"


class LookNote(msgspec.Struct, frozen=True, array_like=True):
    """One look at a batch: when, and what Label Studio counted in it just before.

    `more_finished` and `more_skipped` are annotations besides one a person and image, found when
    the whole batch was looked at.
    """

    at: datetime
    tasks: int
    finished: int
    skipped: int
    more_finished: int = 0
    more_skipped: int = 0


class LookNotes:
    """Notes of looks, by the id of the batch's Label Studio project."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def all(self) -> dict[int, LookNote]:
        """Every note."""
        found = self._redis.hgetall(_NOTES)
        return {int(each): msgspec.json.decode(note, type=LookNote) for each, note in found.items()}

    def find(self, project: int) -> LookNote | None:
        """The note on one batch."""
        found = self._redis.hget(_NOTES, str(project))
        return msgspec.json.decode(found, type=LookNote) if found else None

    def save(self, project: int, note: LookNote) -> None:
        """Replace the note on one batch."""
        self._redis.hset(_NOTES, str(project), msgspec.json.encode(note).decode())

    def forget(self, project: int) -> None:
        """Remove the note on a batch that is gone."""
        self._redis.hdel(_NOTES, str(project))

    def advance(self, step: int) -> int:
        """Move the place from which the next counting begins, and return where it was."""
        return int(self._redis.incrby(_CURSOR, step)) - step
