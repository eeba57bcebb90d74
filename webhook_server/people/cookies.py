"""Flask's signed cookie, with a secret that lies in the Store and is read when it is needed."""

import logging

from flask import Flask, Request, session
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface

from plugin.bootstrap import Application
from plugin.domain.errors import UnavailableError

COOKIE = "lsal_session"

log = logging.getLogger(__name__)


class SignedCookies(SecureCookieSessionInterface):
    """Holds a session's id, its CSRF token and flash messages: nothing that is a secret."""

    def __init__(self, parts: Application) -> None:
        self._parts = parts

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The cookie of a request; one that takes nothing while the Store does not answer."""
        if request.path.startswith("/v1/"):
            return SecureCookieSession()  # machines bring keys, and want no cookie
        if app.secret_key is None:
            try:
                app.secret_key = self._parts.sessions.secret
            except OSError as error:
                log.warning("Store: %s; nobody can be recognised", error)
                return NullSession()
        return super().open_session(app, request)


def check_cookie() -> None:
    """Make sure that the cookie can be read.

    Raises:
        UnavailableError: the secret by which it is signed cannot.
    """
    if isinstance(session, NullSession):
        raise UnavailableError("Store", "the secret of sessions cannot be read")


def register(app: Flask, parts: Application) -> None:
    """Use it: for this server alone, out of the reach of scripts and of other sites' forms."""
    app.session_interface = SignedCookies(parts)
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=parts.config.public_url.startswith("https://"),
    )
