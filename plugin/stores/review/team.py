"""Who works in Label Studio, as it said last: pages show people without asking it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from redis import Redis

from plugin.domain.team import Member

_KEY = "lsal:team"


class TeamList(msgspec.Struct, frozen=True):
    """Everybody, by e-mail address, and when Label Studio said so."""

    members: tuple[Member, ...]
    looked_at: datetime


class Team:
    """The last answer, in Redis; without one there is nobody to choose from until the next look."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def members(self) -> list[Member]:
        """Everybody, by e-mail address; those who have left are not active. [] before a look."""
        found = self._read()
        return list(found.members) if found else []

    def looked_at(self) -> datetime | None:
        """When Label Studio was asked; None where it was not yet."""
        found = self._read()
        return found.looked_at if found else None

    def save(self, members: Iterable[Member], now: datetime) -> None:
        """Replace the list; who is not named any more is kept as somebody who has left."""
        current = {member.email: member for member in members}
        left = (
            msgspec.structs.replace(member, active=False)
            for member in self.members()
            if member.email not in current
        )
        everybody = sorted([*current.values(), *left], key=lambda member: member.email)
        self._redis.set(_KEY, msgspec.json.encode(TeamList(tuple(everybody), now)))

    def _read(self) -> TeamList | None:
        stored = self._redis.get(_KEY)
        return msgspec.json.decode(stored, type=TeamList) if stored else None
