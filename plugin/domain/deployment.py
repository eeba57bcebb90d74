"""A deployment: something that posts predictions, with the keys that open its project to it."""

import unicodedata
from datetime import datetime

import msgspec

from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, NotFoundError

MAX_LIVE = 2
"""Keys, and signing secrets, that are accepted at a time: the new one and the one before it."""

MAX_NAME = 255
MAX_MODEL = 200

_NOT_PLAIN = {"Cc", "Cs"}
"""Unicode's categories of control characters and surrogates."""


class Key(msgspec.Struct, frozen=True):
    """A key's hash and when the key was made; the key itself is kept nowhere."""

    sha256: str
    created_at: datetime

    @property
    def id(self) -> str:
        """What people call it by: `printf %s "$KEY" | sha256sum | cut -c 1-8`."""
        return self.sha256[:8]


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that posts predictions: a camera, a phone, a server.

    `model` and `version` are what it was registered with; keys and signing secrets come oldest
    first. `revision` counts the changes.
    """

    id: str
    project: str
    name: str
    created_at: datetime
    model: str = ""
    version: str = ""
    keys: tuple[Key, ...] = ()
    signing_secrets: tuple[str, ...] = ()
    revision: int = 1

    @property
    def revoked(self) -> bool:
        """Whether no key opens anything to it any more."""
        return not self.keys

    @property
    def signs(self) -> bool:
        """Whether its posts must be signed."""
        return bool(self.signing_secrets)

    def with_key(self, key: Key, *, drop_oldest: bool) -> "Deployment":
        """One key more.

        Raises:
            ConflictError: as many as may be are live already, and none is to be dropped.
        """
        keys = self.keys[-MAX_LIVE + 1 :] if drop_oldest else self.keys
        if len(keys) == MAX_LIVE:
            live = " and ".join(each.id for each in keys)
            raise ConflictError(
                f"deployment {self.name!r} has {MAX_LIVE} live keys, {live}: revoke one of them, or"
                " rotate with --drop-oldest"
            )
        return msgspec.structs.replace(self, keys=(*keys, key))

    def without_key(self, key_id: str) -> "Deployment":
        """One key less.

        Raises:
            NotFoundError: it has no such key.
        """
        left = tuple(each for each in self.keys if each.id != key_id)
        if left == self.keys:
            raise NotFoundError(f"live key of {self.name!r}", key_id)
        return msgspec.structs.replace(self, keys=left)

    def without_keys(self) -> "Deployment":
        """No key at all."""
        return msgspec.structs.replace(self, keys=())

    def with_signing_secret(self, secret: str, *, drop_oldest: bool) -> "Deployment":
        """One signing secret more; from the first on, posts must be signed.

        Raises:
            ConflictError: as many as may be are accepted already, and none is to be dropped.
        """
        secrets = self.signing_secrets
        secrets = secrets[-MAX_LIVE + 1 :] if drop_oldest else secrets
        if len(secrets) == MAX_LIVE:
            raise ConflictError(
                f"deployment {self.name!r} has {MAX_LIVE} signing secrets: sign with --drop-oldest"
            )
        return msgspec.structs.replace(self, signing_secrets=(*secrets, secret))

    def without_signatures(self) -> "Deployment":
        """Posts need not be signed."""
        return msgspec.structs.replace(self, signing_secrets=())


def check_texts(name: str, model: str, version: str) -> None:
    """Check what a person typed to register a deployment.

    Raises:
        InvalidInputError: naming every text that cannot be used.
    """
    fields = (
        ("name", name, 1, MAX_NAME), ("model", model, 0, MAX_MODEL),
        ("version", version, 0, MAX_MODEL),
    )  # fmt: skip
    plain = "no control characters, no space around it"
    errors = [
        FieldError(field, text, f"{shortest} to {longest} characters, {plain}")
        for field, text, shortest, longest in fields
        if not shortest <= len(text) <= longest or not _is_plain(text)
    ]
    if errors:
        raise InvalidInputError(*errors)


def _is_plain(text: str) -> bool:
    """Whether a text can be stored and shown; bytes that are no UTF-8 come in as surrogates."""
    categories = set(map(unicodedata.category, text))
    return text == text.strip() and not categories & _NOT_PLAIN
