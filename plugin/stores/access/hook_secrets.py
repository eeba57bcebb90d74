"""The secret by which we know Label Studio's calls: one for each batch, made from one of ours."""

import hmac
from functools import cached_property
from hashlib import sha256

from plugin.stores.access.own_secrets import shared_secret
from plugin.stores.objects import ObjectStore

SECRET_KEY = "secrets/label-studio-events"  # noqa: S105  where the secret lies, not what it is


class HookSecrets:
    """Makes secrets and checks them, from one that all processes share in the Store.

    Every user of Label Studio may read the headers of a webhook, so each opens one batch alone.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def of(self, project: str, batch: str) -> str:
        """What Label Studio is to send along when something happens in a batch; 64 digits."""
        message = f"{project}\0{batch}".encode()
        return hmac.new(self._secret, message, sha256).hexdigest()

    def is_right(self, project: str, batch: str, given: str) -> bool:
        """Whether this came from who knows the secret of a batch, so that there is such a batch."""
        return hmac.compare_digest(self.of(project, batch).encode(), given.encode())

    @cached_property
    def _secret(self) -> bytes:
        return shared_secret(self._store, SECRET_KEY)
