"""Errors as problem+json (RFC 9457): one place that knows which of ours has which status."""

import msgspec
from flask import Flask, Response, request
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException

from plugin.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    UnavailableError,
)

RETRY_AFTER = "5"
"""Seconds after which a client may try again when a dependency is away."""

DRAIN_AT_MOST = 100_000_000
"""Bytes of a refused body that are read and thrown away, a little at a time."""


def problem(
    status: int, title: str, detail: str = "", errors: tuple[FieldError, ...] = ()
) -> Response:
    """An answer that says what went wrong, with the fields that are to blame."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [_error(error) for error in errors]
    return Response(msgspec.json.encode(body), status, content_type="application/problem+json")


def _error(error: FieldError) -> dict[str, str]:
    said = {"field": error.field, "expected": error.expected}
    if error.value is not None:
        shown = repr(error.value)
        said["value"] = shown if len(shown) <= 200 else shown[:197] + "..."
    return said


def register(app: Flask) -> None:
    """Answer every error of ours, and every one of Flask's, as a problem."""

    @app.errorhandler(InvalidInputError)
    def invalid(error: InvalidInputError) -> Response:
        return problem(422, "Invalid input", str(error), error.errors)

    @app.errorhandler(NotAuthenticatedError)
    def not_authenticated(error: NotAuthenticatedError) -> Response:
        answer = problem(401, "Not authenticated", str(error))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.errorhandler(NotFoundError)
    def not_found(error: NotFoundError) -> Response:
        return problem(404, "Not found", str(error))

    @app.errorhandler(ConflictError)
    def conflict(error: ConflictError) -> Response:
        return problem(409, "Conflict", str(error))

    @app.errorhandler(UnavailableError)
    def unavailable(error: UnavailableError) -> Response:
        app.logger.error("%s", error)
        return _try_again(f"{error.dependency} is not available")

    @app.errorhandler(RedisError)
    def redis_away(error: RedisError) -> Response:
        app.logger.error("Redis: %s", error)
        return _try_again("Redis is not available")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return problem(error.code or 500, error.name, error.description or "")

    app.after_request(_drain)


def _drain(answer: Response) -> Response:
    """Read what is left of a refused body: a client that is still sending hears no answer."""
    environ = request.environ
    # Only where the server ends the stream with the body; else the last read would wait for ever.
    if answer.status_code >= 400 and environ.get("wsgi.input_terminated"):
        stream, left = environ["wsgi.input"], DRAIN_AT_MOST
        while left > 0 and (chunk := stream.read(min(left, 1 << 16))):
            left -= len(chunk)
    return answer


def _try_again(detail: str) -> Response:
    answer = problem(503, "Not available", detail)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer
