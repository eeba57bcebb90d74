"""Deployments: who may post to a project. Keys are shown once and stored as hashes."""

import hmac
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from plugin.domain.deployment import Deployment, Key, check_texts
from plugin.domain.errors import (
    ConflictError,
    NotAuthenticatedError,
    NotFoundError,
    UnavailableError,
)
from plugin.stores.access.deployment_revisions import Revisions
from plugin.stores.access.own_secrets import new_signing_secret
from plugin.stores.objects import ObjectStore

__all__ = ["FRESH_FOR", "Deployment", "Deployments"]

FRESH_FOR = 1.0
"""Seconds for which a process may go on with a deployment it has read; a key is revoked by then."""

_KEY = re.compile(r"lsal_([0-9a-f]{16})_[A-Za-z0-9_-]{1,200}")

MAX_OPENED = 10_000
"""Keys that are remembered at most."""


class Deployments:
    """All deployments of all projects. Safe to share between threads."""

    def __init__(self, store: ObjectStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._revisions = Revisions(store)
        self._monotonic = monotonic
        # Only what exists is kept: an id that somebody made up costs one look and no memory.
        self._cache: dict[str, tuple[float, Deployment]] = {}
        # Keys that opened something lately: hashing one for each event would cost more than a look.
        self._opened: dict[str, Deployment] = {}

    def register(
        self, project: str, name: str, now: datetime, model: str = "", version: str = ""
    ) -> tuple[Deployment, str]:
        """Make a deployment and its key, `lsal_<id>_<secret>`; the key is not kept anywhere.

        Raises:
            InvalidInputError: the name, the model or the version cannot be used.
            ConflictError: the project has a deployment of this name.
        """
        check_texts(name, model, version)
        # The id comes from the name, so that of two who register it at once one is told.
        identifier = sha256(f"{project}/{name}".encode()).hexdigest()[:16]
        key, stored = _new_key(identifier, now)
        deployment = Deployment(
            id=identifier, project=project, name=name, created_at=now,
            model=model, version=version, keys=(stored,),
        )  # fmt: skip
        # Older releases had other ids, so that names are looked at too.
        taken = any(each.name == name for each in self.of_project(project))
        if taken or not self._revisions.create(deployment):
            raise ConflictError(f"project {project!r} has a deployment {name!r} already")
        return deployment, key

    def authenticate(self, key: str) -> Deployment:
        """The deployment that a key belongs to, known for at most FRESH_FOR seconds.

        Raises:
            NotAuthenticatedError: it belongs to none, or was revoked.
            UnavailableError: the Store does not answer.
        """
        known = self._opened.get(key)
        if known is not None and self._is_fresh(known):
            return known
        found = _KEY.fullmatch(key)
        deployment = self._current(found[1]) if found else None
        if deployment is not None:
            digest = _digest(key).encode()
            if any(hmac.compare_digest(each.sha256.encode(), digest) for each in deployment.keys):
                self._remember(key, deployment)
                return deployment
        raise NotAuthenticatedError("this key opens nothing")

    def _is_fresh(self, deployment: Deployment) -> bool:
        """Whether this very revision was found in force a moment ago."""
        read_at, current = self._cache.get(deployment.id, (0.0, None))
        return current is deployment and self._monotonic() - read_at < FRESH_FOR

    def _remember(self, key: str, deployment: Deployment) -> None:
        if len(self._opened) >= MAX_OPENED:
            self._opened.clear()
        self._opened[key] = deployment

    def find(self, project: str, name: str) -> Deployment:
        """A deployment by its name, or by its id.

        Raises:
            NotFoundError: the project has none of that name.
            ConflictError: it has several, which older releases allowed.
        """
        all_of_it = self.of_project(project)
        found = [each for each in all_of_it if each.name == name]
        found = found or [each for each in all_of_it if each.id == name]
        if not found:
            raise NotFoundError("deployment", name)
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            raise ConflictError(f"several deployments are called {name!r}; use an id: {ids}")
        return found[0]

    def rotate(
        self, deployment: Deployment, now: datetime, *, drop_oldest: bool = False
    ) -> tuple[Deployment, str]:
        """Make another key; the one before it stays live.

        Raises:
            ConflictError: two keys are live, and none is to be dropped.
        """
        key, stored = _new_key(deployment.id, now)

        def add(newest: Deployment) -> Deployment:
            return newest.with_key(stored, drop_oldest=drop_oldest)

        return self._change(deployment, add), key

    def revoke(self, deployment: Deployment, key_id: str = "") -> Deployment:
        """Let one key, or all of them, open nothing any more.

        Raises:
            NotFoundError: there is no such key, or it is revoked already.
        """
        if key_id:
            return self._change(deployment, lambda newest: newest.without_key(key_id))
        return self._change(deployment, Deployment.without_keys)

    def sign(self, deployment: Deployment, *, drop_oldest: bool = False) -> tuple[Deployment, str]:
        """Make a signing secret, `whsec_…`: from now on, posts that are not signed are refused.

        Raises:
            ConflictError: two secrets are accepted, and none is to be dropped.
        """
        secret = new_signing_secret()

        def add(newest: Deployment) -> Deployment:
            return newest.with_signing_secret(secret, drop_oldest=drop_oldest)

        return self._change(deployment, add), secret

    def stop_signing(self, deployment: Deployment) -> Deployment:
        """Forget the signing secrets: posts need no signature."""
        return self._change(deployment, Deployment.without_signatures)

    def of_project(self, project: str) -> list[Deployment]:
        """The deployments of one project, oldest first."""
        return self.by_project().get(project, [])

    def by_project(self) -> dict[str, list[Deployment]]:
        """The deployments of every project that has some, oldest first."""
        found = (self._current(identifier) for identifier in self._revisions.ids())
        grouped: dict[str, list[Deployment]] = {}
        for deployment in sorted(filter(None, found), key=_created_at):
            grouped.setdefault(deployment.project, []).append(deployment)
        return grouped

    def mark_seen(self, deployment: Deployment, now: datetime) -> None:
        """Note for good that a deployment has posted; only the first time counts.

        Raises:
            OSError: the Store does not take it.
        """
        self._revisions.mark_seen(deployment.id, now)

    def first_seen(self, deployment: Deployment) -> datetime | None:
        """When a deployment was seen for the first time; None while it never was."""
        return self._revisions.first_seen(deployment.id)

    def _current(self, identifier: str) -> Deployment | None:
        now = self._monotonic()
        read_at, deployment = self._cache.get(identifier, (0.0, None))
        if deployment is not None and now - read_at < FRESH_FOR:
            return deployment
        try:
            deployment = self._revisions.newest(identifier, deployment)
        except OSError as error:
            raise UnavailableError("Store", error.strerror or str(error)) from error
        if deployment is None:
            self._cache.pop(identifier, None)
        else:
            self._cache[identifier] = (now, deployment)
        return deployment

    def _change(
        self, deployment: Deployment, change: Callable[[Deployment], Deployment]
    ) -> Deployment:
        """Make the next revision of what is newest; again, where somebody else came first."""
        while newest := self._revisions.newest(deployment.id, deployment):
            changed = change(newest)
            if changed == newest:
                return newest
            changed = msgspec.structs.replace(changed, revision=newest.revision + 1)
            if self._revisions.create(changed):
                # This process knows at once; the others look again within FRESH_FOR.
                self._cache.pop(deployment.id, None)
                return changed
        raise NotFoundError("deployment", deployment.name)


def _created_at(deployment: Deployment) -> tuple[datetime, str]:
    return deployment.created_at, deployment.name


def _new_key(identifier: str, now: datetime) -> tuple[str, Key]:
    key = f"lsal_{identifier}_{secrets.token_urlsafe(32)}"
    return key, Key(_digest(key), now)


def _digest(key: str) -> str:
    # A plain hash suffices: the secret has 256 random bits, so there is nothing to guess.
    return sha256(key.encode()).hexdigest()
