"""Plants a session, as signing in would begin one: tests of pages need no Label Studio."""

from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from plugin.bootstrap import Application
from webhook_server.people.cookies import COOKIE, SignedCookies
from webhook_server.people.identity import SESSION

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

MAYA = "maya@example.com"


def session_cookie(parts: Application, email: str = MAYA, *, manager: bool = True) -> str:
    """The value of a cookie by which somebody is signed in."""
    app = Flask("signing")
    app.secret_key = parts.sessions.secret
    serializer = SignedCookies(parts).get_signing_serializer(app)
    assert isinstance(serializer, URLSafeTimedSerializer)
    identifier = parts.sessions.begin(email, by_role=manager)
    return str(serializer.dumps({SESSION: identifier}))


def sign_in_client(
    client: FlaskClient, parts: Application, email: str = MAYA, *, manager: bool = True
) -> None:
    """Sign somebody in to a test client of Flask, which keeps cookies for `localhost`."""
    client.set_cookie(COOKIE, session_cookie(parts, email, manager=manager))


def sign_in_browser(
    context: "BrowserContext", url: str, parts: Application, email: str = MAYA,
    *, manager: bool = True,
) -> None:  # fmt: skip
    """Sign somebody in to a browser, at the address where the pages are served."""
    value = session_cookie(parts, email, manager=manager)
    context.add_cookies([{"name": COOKIE, "value": value, "url": url}])


def csrf_token(client: FlaskClient, path: str = "/nowhere") -> str:
    """The token that a form of this session sends as `csrf_token`: every page has such a form."""
    text = client.get(path, headers={"Accept": "text/html"}).text
    return text.partition('name="csrf_token" value="')[2].partition('"')[0]
