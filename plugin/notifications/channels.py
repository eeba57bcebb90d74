"""Sends messages through apprise: the only module that knows it."""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from plugin.domain.errors import FieldError, InvalidInputError, UnavailableError
from plugin.domain.notices import Message
from plugin.notifications import addresses
from plugin.redaction import clean

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase
    from apprise.result import AppriseResult

NAME = "Active learning"
EXAMPLE = "mailtos://user:password@smtp.example.com?to={email}"

MAX_REASON = 300
"""Characters of what a channel said."""

_CAUSE = "Socket Exception: "


class Channels:
    """Every channel whose scheme is allowed, besides the usual ones those in `schemes`."""

    def __init__(self, schemes: Collection[str] = ()) -> None:
        self._allowed = addresses.SCHEMES | set(schemes)

    def check(self, field: str, url: str) -> None:
        """Check an address; nothing is sent.

        Raises:
            InvalidInputError: its scheme is not allowed, or it misses a part. The address itself
                is not repeated: it holds secrets.
        """
        self._open(field, url)

    def send(self, url: str, message: Message) -> None:
        """Hand a message to a channel.

        Raises:
            InvalidInputError: the address is not allowed, or misses a part.
            UnavailableError: the channel did not take it, with what it said.
        """
        channel = self._open("channel", url)
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415  as in _open

        services = Apprise(asset=_asset())
        services.add(channel)
        taken = services.notify(
            message.body, title=message.title, body_format=NotifyFormat.TEXT,
            log_level=logging.DEBUG,
        )  # fmt: skip
        if not taken:
            reason = clean(addresses.without_secrets(_reason(taken), url), MAX_REASON)
            raise UnavailableError(addresses.shown(url), reason)

    def _open(self, field: str, url: str) -> "NotifyBase":
        addresses.check(field, url, self._allowed)
        # It takes half a second to import; a server that only receives needs none of it.
        from apprise import Apprise  # noqa: PLC0415

        _keep_quiet()
        channel: NotifyBase | None = Apprise.instantiate(url, asset=_asset())
        if channel is None or not (_schemes(channel) & self._allowed):
            expected = f"a whole address of apprise, like {EXAMPLE}"
            raise InvalidInputError(FieldError(field, addresses.shown(url), expected))
        return channel


def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset, PersistentStoreMode  # noqa: PLC0415

    asset = AppriseAsset(
        # No deadline of its own: what it gives up it may still send. Each step has its timeout.
        service_timeout=0,
        # An address could name a file of ours as its template.
        allow_templates=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    asset.app_id = asset.app_desc = NAME
    asset.image_url_mask = asset.image_url_logo = ""
    asset.http_redirects = asset.pgp_autogen = asset.pem_autogen = False
    return asset


def _keep_quiet() -> None:
    """Its log names addresses whole; what a failure needs is taken from the result."""
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)


def _schemes(channel: "NotifyBase") -> set[str]:
    kinds: list[Any] = [channel.protocol, channel.secure_protocol]
    found = [(kind,) if isinstance(kind, str) else kind for kind in kinds if kind]
    return {scheme for kind in found for scheme in kind}


def _reason(result: "AppriseResult") -> str:
    """What a channel said of its failure: the warning, and what it was caused by."""
    entries = [entry for service in result for entry in service.logs()]
    said = [entry.message for entry in entries if entry.level in {"WARNING", "ERROR"}]
    said += [
        entry.message.removeprefix(_CAUSE) for entry in entries if entry.message.startswith(_CAUSE)
    ]
    return "; ".join(said) or "refused the message"
