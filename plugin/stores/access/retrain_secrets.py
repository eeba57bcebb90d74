"""What announcements to webhooks are signed with: a secret of each project's own, `whsec_…`."""

from datetime import datetime

import msgspec

from plugin.stores.access.own_secrets import new_signing_secret
from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore

LIVE = 2
"""Secrets that are signed with at once: the receiver has time to change over."""


class _Secrets(msgspec.Struct, frozen=True):
    """The newest first; `made_at` is when that was made."""

    secrets: tuple[str, ...]
    made_at: datetime


class RetrainSecrets:
    """Makes secrets and keeps them; each is shown once, to whoever had it made."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def of(self, project: str) -> tuple[str, ...]:
        """What a project's announcements are signed with, the newest first; none at first."""
        found = read(self._store, _key(project), _Secrets)
        return found.secrets if found else ()

    def made_at(self, project: str) -> datetime | None:
        """When the newest one was made."""
        found = read(self._store, _key(project), _Secrets)
        return found.made_at if found else None

    def renew(self, project: str, now: datetime) -> str:
        """Make another secret. The one before it stays live until the next one is made."""
        secret = new_signing_secret()
        live = (secret, *self.of(project))[:LIVE]
        self._store.put(_key(project), encode(_Secrets(live, now)))
        return secret


def _key(project: str) -> str:
    return f"secrets/retrain/{project}.json"
