"""Errors of Flask's routes, answered as problems."""

import logging

import msgspec
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from plugin.domain.errors import UnavailableError
from webhook_server import replies

log = logging.getLogger(__name__)


def problem(status: int, title: str, detail: str = "") -> Response:
    """An answer that says what went wrong."""
    said = replies.problem(status, title, detail)
    return Response(msgspec.json.encode(said), status, content_type="application/problem+json")


def register(app: Flask) -> None:
    """Answer every error of ours, and every one of Flask's, as a problem."""

    def ours(error: Exception) -> Response:
        if isinstance(error, UnavailableError):
            log.error("%s", error)
        status, body, headers = replies.reply_of(error)
        return Response(body, status, headers)

    for kind in replies.EXPECTED_ERRORS:
        app.register_error_handler(kind, ours)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        answer = problem(error.code or 500, error.name, error.description or "")
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer
