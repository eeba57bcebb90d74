"""Signed posts by the Standard Webhooks specification (https://www.standardwebhooks.com).

The library of that name makes and checks the same signatures, which the tests hold us to. It is not
used here because it wants the body as text, which a form with an image in it is not, and because it
looks at the clock by itself.
"""

import binascii
import hmac
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from plugin.domain.errors import NotAuthenticatedError

TOLERANCE = 300
"""Seconds by which the time of a signature may differ from ours, either way."""

MAX_SIGNATURES = 10
"""Signatures that are looked at; a sender that changes its secret sends two."""

# A full stop would let the parts of what was signed be cut elsewhere.
_ID = re.compile(r"[!-\-/-~]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Headers(Protocol):
    """Headers of a request: names in any case, or all of them in lower case."""

    def get(self, key: str, /) -> str | None:
        """The value of a header; None where it is not there."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the three headers of a signed post say."""

    id: str
    timestamp: str
    signatures: str


def read_headers(headers: Headers) -> Signed:
    """The headers of a signed post.

    Raises:
        NotAuthenticatedError: one of them is missing or malformed.
    """
    said = {name: headers.get(f"webhook-{name}") or "" for name in ("id", "timestamp", "signature")}
    if missing := [f"webhook-{name}" for name, value in said.items() if not value]:
        raise NotAuthenticatedError(
            f"this deployment's posts must be signed: no header {', '.join(missing)}"
        )
    if not _ID.fullmatch(said["id"]):
        raise NotAuthenticatedError(
            "webhook-id: expected 1 to 200 printable characters, no space and no full stop"
        )
    if not _SECONDS.fullmatch(said["timestamp"]):
        raise NotAuthenticatedError("webhook-timestamp: expected whole seconds since 1970")
    return Signed(said["id"], said["timestamp"], said["signature"])


def verify(signed: Signed, body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Check that a body was signed with one of the secrets (`whsec_…`), just now.

    Raises:
        NotAuthenticatedError: it was not, or its time is more than TOLERANCE away from `now`.
    """
    off = now.timestamp() - int(signed.timestamp)
    if abs(off) > TOLERANCE:
        way = "old" if off > 0 else "new"
        raise NotAuthenticatedError(f"webhook-timestamp: more than {TOLERANCE} s too {way}")
    expected = [_signature(signed, body, secret) for secret in secrets]
    for given in _given(signed.signatures):
        if any(hmac.compare_digest(given, each) for each in expected):
            return
    raise NotAuthenticatedError("webhook-signature: does not fit this post")


def _given(header: str) -> Iterator[bytes]:
    """The signatures of our kind in a header like `v1,K5oZ… v1a,hnO3…`."""
    for word in header.split(" ")[:MAX_SIGNATURES]:
        kind, _, text = word.partition(",")
        if kind == "v1":
            try:
                yield b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                continue  # no base64, and so no signature


def _signature(signed: Signed, body: bytes, secret: str) -> bytes:
    key = b64decode(secret.removeprefix("whsec_"))
    signer = hmac.new(key, f"{signed.id}.{signed.timestamp}.".encode(), sha256)
    signer.update(body)
    return signer.digest()
