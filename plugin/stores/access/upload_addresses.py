"""Upload addresses: signed, for one frame, until a time. Whoever has one needs no key."""

import hmac
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from urllib.parse import urlencode

from plugin.domain.errors import ForbiddenError, GoneError
from plugin.stores.access.own_secrets import shared_secret
from plugin.stores.objects import ObjectStore

SECRET_KEY = "secrets/upload-addresses"  # noqa: S105  where the secret lies, not what it is


class UploadAddresses:
    """Makes addresses and checks them, with a secret that all processes share in the Store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def path(self, project: str, frame_id: str, expires_at: datetime) -> str:
        """Where a frame's image may be uploaded until `expires_at`, below the server's address."""
        expires = str(int(expires_at.timestamp()))
        query = urlencode({"expires": expires, "signature": self._sign(project, frame_id, expires)})
        return f"/v1/uploads/{project}/{frame_id}?{query}"

    def check(
        self, project: str, frame_id: str, expires: str, signature: str, now: datetime
    ) -> None:
        """Check what came in as a path and its query.

        Raises:
            ForbiddenError: we never gave out this address.
            GoneError: it has expired.
        """
        signed = self._sign(project, frame_id, expires)
        if not hmac.compare_digest(signed.encode(), signature.encode()):
            raise ForbiddenError("this upload address was not given out by us")
        # Only what was signed is read as a number.
        until = datetime.fromtimestamp(int(expires), UTC)
        if now >= until:
            raise GoneError(f"this upload address expired at {until:%Y-%m-%dT%H:%M:%SZ}")

    def _sign(self, project: str, frame_id: str, expires: str) -> str:
        message = "\0".join((project, frame_id, expires)).encode()
        return hmac.new(self._secret, message, sha256).hexdigest()

    @cached_property
    def _secret(self) -> bytes:
        return shared_secret(self._store, SECRET_KEY)
