"""What we answer, before a server makes bytes of it; errors are problem+json (RFC 9457)."""

from typing import NamedTuple

import msgspec
from redis.exceptions import RedisError

from plugin.domain.errors import (
    ActiveLearningError,
    ConflictError,
    FieldError,
    ForbiddenError,
    GoneError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyAttemptsError,
    UnavailableError,
)

RETRY_AFTER = "5"
"""Seconds after which a client may try again when a dependency is away."""

MAX_SHOWN = 200
"""Characters of a value that an error repeats."""

Headers = list[tuple[str, str]]

_NO_SNIFF = ("x-content-type-options", "nosniff")
JSON: Headers = [("content-type", "application/json"), _NO_SNIFF]
NDJSON: Headers = [("content-type", "application/x-ndjson"), _NO_SNIFF]
PROBLEM: Headers = [("content-type", "application/problem+json"), _NO_SNIFF]


class Reply(NamedTuple):
    """An answer as a whole."""

    status: int
    body: bytes
    headers: Headers


class RefusedError(ActiveLearningError):
    """A request that is refused for what it is in HTTP, whatever it says."""

    def __init__(
        self, status: int, title: str, detail: str, header: tuple[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.header = header


class WrongField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that is wrong: where it is, what it was, what was expected."""

    field: str
    expected: str
    value: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What went wrong, with the fields that are to blame; `line` counts from 1 in NDJSON."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[WrongField, ...] = ()
    line: int = 0


_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (InvalidInputError, 422, "Invalid input"),
    (NotAuthenticatedError, 401, "Not authenticated"),
    (ForbiddenError, 403, "Forbidden"),
    (NotFoundError, 404, "Not found"),
    (ConflictError, 409, "Conflict"),
    (GoneError, 410, "Gone"),
    (TooManyAttemptsError, 429, "Too many attempts"),
    (UnavailableError, 503, "Not available"),
    (RedisError, 503, "Not available"),
)
"""Which of our errors has which status."""

EXPECTED_ERRORS = (ActiveLearningError, RedisError)
"""What becomes a problem; anything else is a defect of ours."""


def problem_of(error: Exception, line: int = 0) -> Problem:
    """One of EXPECTED_ERRORS as a problem."""
    if isinstance(error, RefusedError):
        return problem(error.status, error.title, str(error), line=line)
    status, title = next((s, t) for kind, s, t in _STATUS if isinstance(error, kind))
    detail = str(error)
    errors: tuple[FieldError, ...] = ()
    if isinstance(error, InvalidInputError):
        errors = error.errors
    elif isinstance(error, UnavailableError):
        detail = f"{error.dependency} is not available"
    elif isinstance(error, RedisError):
        detail = "Redis is not available"
    return problem(status, title, detail, errors, line)


def problem(
    status: int,
    title: str,
    detail: str = "",
    errors: tuple[FieldError, ...] = (),
    line: int = 0,
) -> Problem:
    """A problem in words of one's own."""
    wrong = tuple(_wrong(error) for error in errors)
    return Problem(
        type="about:blank", title=title, status=status, detail=detail, errors=wrong, line=line
    )


def reply_of(error: Exception) -> Reply:
    """One of EXPECTED_ERRORS as an answer."""
    said = problem_of(error)
    headers = list(PROBLEM)
    if isinstance(error, NotAuthenticatedError):
        headers.append(("www-authenticate", "Bearer"))
    if isinstance(error, RefusedError) and error.header:
        headers.append(error.header)
    elif isinstance(error, TooManyAttemptsError):
        headers.append(("retry-after", str(error.wait)))
    elif said.status == 503:
        headers.append(("retry-after", RETRY_AFTER))
    return Reply(said.status, msgspec.json.encode(said), headers)


DEFECT = msgspec.json.encode(problem(500, "Internal error", "a defect of ours; it was logged"))
"""The body of the answer to what we did not expect."""


def _wrong(error: FieldError) -> WrongField:
    if error.value is None:
        return WrongField(error.field, error.expected)
    shown = repr(error.value)
    if len(shown) > MAX_SHOWN:
        shown = shown[: MAX_SHOWN - 3] + "..."
    return WrongField(error.field, error.expected, shown)
