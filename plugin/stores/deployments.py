"""Deployments: who may post to a project. Keys are shown once and stored as hashes."""

import hmac
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from plugin.domain.errors import NotAuthenticatedError
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore

PREFIX = "lsal"
FRESH_FOR = 1.0
"""Seconds for which a process may go on with a deployment it has read."""


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that posts predictions: a camera, a phone, a server."""

    id: str
    project: str
    name: str
    key_sha256: str
    created_at: datetime


class Deployments:
    """All deployments of all projects. Safe to share between threads."""

    def __init__(self, store: ObjectStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._cache: dict[str, tuple[float, Deployment]] = {}

    def register(self, project: str, name: str, now: datetime) -> tuple[Deployment, str]:
        """Make a deployment and its key, `lsal_<id>_<secret>`; the key is not kept anywhere."""
        identifier = secrets.token_hex(8)
        key = f"{PREFIX}_{identifier}_{secrets.token_urlsafe(32)}"
        deployment = Deployment(
            id=identifier, project=project, name=name, key_sha256=_digest(key), created_at=now
        )
        self._store.create(_object(identifier), encode(deployment))
        return deployment, key

    def authenticate(self, key: str) -> Deployment:
        """The deployment that a key belongs to.

        Raises:
            NotAuthenticatedError: it belongs to none.
        """
        prefix, _, rest = key.partition("_")
        identifier = rest.partition("_")[0]
        if prefix == PREFIX and len(identifier) == 16 and identifier.isalnum():
            deployment = self._find(identifier)
            if deployment and hmac.compare_digest(deployment.key_sha256, _digest(key)):
                return deployment
        raise NotAuthenticatedError("this key opens nothing")

    def of_project(self, project: str) -> list[Deployment]:
        """The deployments of one project, oldest first."""
        everyone = read_all(self._store, "deployments/", Deployment)
        return sorted((one for one in everyone if one.project == project), key=_created_at)

    def _find(self, identifier: str) -> Deployment | None:
        cached = self._cache.get(identifier)
        if cached and self._monotonic() - cached[0] < FRESH_FOR:
            return cached[1]
        deployment = read(self._store, _object(identifier), Deployment)
        if deployment is None:
            self._cache.pop(identifier, None)
        else:
            self._cache[identifier] = (self._monotonic(), deployment)
        return deployment


def _created_at(deployment: Deployment) -> datetime:
    return deployment.created_at


def _digest(key: str) -> str:
    # A plain hash suffices: the secret has 256 random bits, so there is nothing to guess.
    return sha256(key.encode()).hexdigest()


def _object(identifier: str) -> str:
    return f"deployments/{identifier}.json"
