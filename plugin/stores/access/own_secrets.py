"""Secrets of this installation: one that all processes share, and those that others are given."""

import secrets
from base64 import b64encode

from plugin.stores.objects import ObjectStore

SECRET_BYTES = 32


def shared_secret(store: ObjectStore, key: str) -> bytes:
    """The secret under a key, made by whoever is first; the others find it.

    Raises:
        OSError: the Store does not answer.
    """
    store.create(key, secrets.token_bytes(SECRET_BYTES))
    return store.get(key)


def new_signing_secret() -> str:
    """A secret to sign posts with, `whsec_…`, as Standard Webhooks writes them."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
