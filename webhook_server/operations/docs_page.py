"""/openapi.json, and /docs, the page to try it. Both are open: there are no secrets in them."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.metadata import version

import msgspec
from flask import Blueprint, Response, render_template, request

from plugin.bootstrap import Application
from plugin.clock import utc_now
from webhook_server.openapi import document

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page runs a script of ours, which asks the server that it came from and no other."""


def blueprint(application: Application) -> Blueprint:
    """The routes that whoever writes a client uses."""
    routes = Blueprint("docs", __name__)

    @lru_cache(maxsize=1)
    def made_on(day: date) -> bytes:
        # Once a day, and not once: its examples hold a time that must not be long ago.
        now = datetime.combine(day, time(), UTC)
        return msgspec.json.encode(document(_version(), application.config.public_url, now))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        """Give the document."""
        answer = Response(made_on(utc_now().date()), content_type="application/json")
        answer.add_etag()
        answer.headers["Cache-Control"] = "no-cache"
        answer.make_conditional(request.environ)
        return answer

    @routes.get("/docs")
    def docs() -> Response:
        """Show the document, with forms to try it."""
        answer = Response(render_template("api.html"), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = _CSP
        return answer

    return routes


def _version() -> str:
    return version("label-studio-active-learning")
