"""Who is signed in: sessions in Redis, short, and revocable at any time."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256

import msgspec
from redis import Redis

from plugin.domain.people import folded
from plugin.stores.access.own_secrets import shared_secret
from plugin.stores.objects import ObjectStore

SECRET_KEY = "secrets/sessions"  # noqa: S105  where the secret lies, not what it is

LONGEST = 3
"""A session that is in use lasts this many times as long as one that is not."""


class Session(msgspec.Struct, frozen=True):
    """Somebody who signed in; `by_role` says whether Label Studio counts them as a manager."""

    email: str
    by_role: bool
    ends_at: datetime


class Sessions:
    """Begins, finds and ends sessions.

    Redis knows a session by the digest of its id: who reads Redis cannot become anybody.
    """

    def __init__(
        self, redis: Redis, store: ObjectStore, idle: timedelta, clock: Callable[[], datetime]
    ) -> None:
        """Sessions that end when they were not used for `idle`, and after LONGEST times that."""
        self._redis, self._store = redis, store
        self._idle, self._clock = idle, clock

    @cached_property
    def secret(self) -> bytes:
        """What cookies are signed with; all processes share it in the Store.

        Raises:
            OSError: the Store does not answer.
        """
        return shared_secret(self._store, SECRET_KEY)

    def begin(self, email: str, *, by_role: bool) -> str:
        """Begin a session and return its id, which is a secret of whoever signed in."""
        identifier = secrets.token_urlsafe(32)
        longest = LONGEST * self._idle
        session = Session(email, by_role, self._clock() + longest)
        key, of_person = _key(identifier), _of_person(email)
        pipeline = self._redis.pipeline()
        pipeline.set(key, msgspec.json.encode(session), ex=self._idle)
        pipeline.sadd(of_person, key)
        pipeline.expire(of_person, longest)
        pipeline.execute()
        return identifier

    def find(self, identifier: str) -> Session | None:
        """The session with this id, which counts as used; None where it has ended."""
        found = self._redis.getex(_key(identifier), ex=self._idle)
        if found is None:
            return None
        session = msgspec.json.decode(found, type=Session)
        return session if self._clock() < session.ends_at else None

    def end(self, identifier: str) -> None:
        """End one session; nothing happens where it has ended."""
        session, key = self.find(identifier), _key(identifier)
        self._redis.delete(key)
        if session:
            self._redis.srem(_of_person(session.email), key)

    def end_all(self, email: str) -> int:
        """End every session of a person and return how many were running."""
        of_person = _of_person(email)
        keys = sorted(self._redis.smembers(of_person))
        if not keys:
            return 0
        # One that begins meanwhile stays known: only what was read is forgotten.
        self._redis.srem(of_person, *keys)
        return int(self._redis.delete(*keys))


def _key(identifier: str) -> str:
    return f"lsal:session:{sha256(identifier.encode()).hexdigest()}"


def _of_person(email: str) -> str:
    return f"lsal:sessions:{folded(email)}"
