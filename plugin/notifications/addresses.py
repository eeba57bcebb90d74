"""Addresses of channels, as apprise writes them: which are allowed, and what is shown of them."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from plugin.domain.errors import FieldError, InvalidInputError

SCHEMES = frozenset({
    "discord", "gchat", "mailto", "mailtos", "mmost", "mmosts", "msteams", "pover", "rocket",
    "rockets", "slack", "tgram", "webex", "workflow", "workflows", "wxteams", "zoom", "zulip",
})  # fmt: skip
"""What is allowed unless said: mail and chats. Others, like `json`, post to any host there is."""

NATIVE = "https"
"""Of addresses as the services themselves write them, like `https://hooks.slack.com/services/…`."""

PERSON = "{email}"
"""In an address for everybody: the e-mail address of the person."""

MAX_LENGTH = 2000

_HOSTED = frozenset({"mailto", "mailtos", "mmost", "mmosts", "rocket", "rockets", "workflow",
                     "workflows", "https"})  # fmt: skip
"""Schemes that are followed by a host; elsewhere a part of the secret stands in its place."""

_EMAIL = re.compile(r"[^\s,;<>\"]+@[^\s,;<>\"]+")
_PUBLIC = frozenset({"to", "from", "cc", "bcc", "reply", "smtp", "name", "mode", "format"})
_SHORT = 4
"""Characters of what may be shown though it stands in an address: `b`, `room`."""


def scheme_of(url: str) -> str:
    """What an address begins with, in lower case; "" where there is no `://`."""
    scheme, found, _ = url.partition("://")
    return scheme.lower() if found else ""


def shown(url: str) -> str:
    """What may be shown of an address: its scheme, and its host where that is no secret."""
    scheme = scheme_of(url)
    host = _host(url) if scheme in _HOSTED else ""
    return f"{scheme}://{host or '…'}"


def for_person(template: str, email: str) -> str | None:
    """The address of one person; None where theirs would break it in two."""
    if PERSON not in template:
        return template
    if not _EMAIL.fullmatch(email):
        return None
    return template.replace(PERSON, quote(email, safe=""))


def check(field: str, url: str, allowed: Iterable[str]) -> None:
    """Check what can be seen of an address.

    Raises:
        InvalidInputError: it is none, or its scheme is not allowed. It is not repeated.
    """
    if len(url) > MAX_LENGTH or any(character.isspace() for character in url):
        expected = f"an address without spaces, of at most {MAX_LENGTH:,} characters"
        raise InvalidInputError(FieldError(field, f"{scheme_of(url)[:80]}://…", expected))
    schemes = sorted({*allowed, NATIVE})
    if scheme_of(url) not in schemes:
        expected = f"an address that begins with one of {', '.join(schemes)}"
        raise InvalidInputError(FieldError(field, scheme_of(url)[:80] or None, expected))
    try:
        urlsplit(url)
    except ValueError:  # what it says may repeat a secret
        expected = "an address with a host that can be one"
        raise InvalidInputError(FieldError(field, f"{scheme_of(url)}://…", expected)) from None


def without_secrets(text: str, url: str) -> str:
    """A text in which nothing of a (checked) address is left that may be a secret."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, "[redacted]")
    return text


def _secrets(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    pieces = [*user.split(":"), *parts.path.split("/"), parts.fragment]
    if scheme_of(url) not in _HOSTED:
        pieces += place.split(":")
    pieces += [value for name, value in parse_qsl(parts.query) if name.lower() not in _PUBLIC]
    for piece in pieces:
        for written in {piece, unquote(piece)}:
            if len(written) > _SHORT:
                yield written


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # of brackets that are no IPv6 address
        return ""
