"""Errors of Flask's routes: a problem for machines, a page for people."""

import logging
from urllib.parse import urlsplit

import msgspec
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from plugin.domain.errors import UnavailableError
from webhook_server import replies
from webhook_server.people.identity import is_open_to_machines
from webhook_server.people.own_path import own_path

log = logging.getLogger(__name__)

HEADINGS = {
    401: "You are signed out",
    403: "This was refused",
    404: "There is no such page",
    409: "Somebody else was faster",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "Not available right now",
}
"""What a page says instead of the names that HTTP has for it."""

NO_PAGE = "the address is wrong, or what it named is gone"


def problem(status: int, title: str, detail: str = "") -> Response:
    """An answer that says what went wrong."""
    said = replies.problem(status, title, detail)
    return Response(msgspec.json.encode(said), status, content_type="application/problem+json")


def register(app: Flask) -> None:
    """Answer every error of ours, and every one of Flask's."""

    def ours(error: Exception) -> Response:
        if isinstance(error, UnavailableError):
            log.error("%s", error)
        status, body, headers = replies.reply_of(error)
        if wants_page():
            said = replies.problem_of(error)
            extra = {k: v for k, v in headers if k in ("retry-after", "allow")}
            return _page(status, said.title, said.detail, extra)
        return Response(body, status, headers)

    for kind in replies.EXPECTED_ERRORS:
        app.register_error_handler(kind, ours)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status, detail = error.code or 500, error.description or ""
        page = wants_page()
        if page and status == 404:
            detail = NO_PAGE
        answer = _page(status, error.name, detail) if page else problem(status, error.name, detail)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer


def wants_page() -> bool:
    """Whether a browser asks for a page: it says so, scripts and other programs do not."""
    return "text/html" in request.headers.get("Accept", "") and not is_open_to_machines()


def _page(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    again = status >= 500 or status == 429
    page = render_template(
        "error.html",
        status=status,
        heading=HEADINGS.get(status, title),
        detail=sentence(detail),
        back=_back(again=again),
        again=again,
    )
    return Response(page, status, headers, content_type="text/html; charset=utf-8")


def _back(*, again: bool) -> str:
    """Where to go from an error: once more to what may work `again`, or the page with the form."""
    if request.method in ("GET", "HEAD"):
        return own_path(request.full_path.rstrip("?")) if again else "/"
    try:
        referrer = urlsplit(request.referrer or "")
    except ValueError:  # of brackets that are no IPv6 address
        return "/"
    return own_path(referrer.path) if referrer.netloc == request.host else "/"


def sentence(text: str) -> str:
    """A text as a sentence, the way pages say it; "" stays so."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
