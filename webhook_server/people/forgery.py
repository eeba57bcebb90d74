"""Forms that were not filled in here are refused: by a session's token and by their origin."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from plugin.bootstrap import Application
from plugin.domain.errors import ForbiddenError
from webhook_server.people.identity import is_open_to_machines

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

MAX_FORM = 2_000_000
"""Bytes of a form, as many as a page may be sent: a hundred rules have long lists of classes."""

REFUSED = (
    "nothing was changed: the form is from before you signed in, or from another place; "
    "open the page again and send it from there"
)


def register(app: Flask, parts: Application) -> None:
    """Check every request that changes something, except those that bring a key of their own."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # we ask ourselves, for pages alone
        WTF_CSRF_TIME_LIMIT=None,  # a token lasts as long as its session
        WTF_CSRF_SSL_STRICT=False,  # a Referer is no better than the origin
        MAX_FORM_MEMORY_SIZE=MAX_FORM,  # read here, whatever it is for
    )
    guard = CSRFProtect(app)
    home = _origin(parts.config.public_url)

    @app.before_request
    def refuse_forgeries() -> None:
        if request.method not in CHANGING or is_open_to_machines():
            return
        if request.routing_exception:
            return  # nothing answers there, or not to this method: Flask says so
        if not _is_from_here(home):
            raise ForbiddenError(REFUSED)
        try:
            guard.protect()
        except CSRFError as error:
            raise ForbiddenError(REFUSED) from error


def _is_from_here(home: str) -> bool:
    """Whether the browser says that a page of ours asks; one that says nothing needs the token."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin in (request.host_url.rstrip("/"), home)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
