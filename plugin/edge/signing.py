"""Signed posts, for deployments that must sign: https://www.standardwebhooks.com."""

import binascii
import hmac
from base64 import b64decode, b64encode
from hashlib import sha256

from plugin.domain.errors import FieldError, InvalidInputError


class Signer:
    """Signs the bodies of posts with a deployment's secret, `whsec_…`."""

    def __init__(self, secret: str) -> None:
        """Take the secret.

        Raises:
            InvalidInputError: it is none; it is not shown.
        """
        try:
            self._key = b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            expected = "a deployment's signing secret, whsec_…"
            raise InvalidInputError(FieldError("signing_secret", "(not shown)", expected)) from None

    def headers(self, identifier: str, body: bytes, now: float) -> dict[str, str]:
        """The headers of one post; `now` in seconds of the epoch.

        Every try needs an identifier of its own: the server refuses one that it has seen.
        """
        timestamp = str(int(now))
        signed = hmac.new(self._key, f"{identifier}.{timestamp}.".encode() + body, sha256).digest()
        return {
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{b64encode(signed).decode()}",
        }
