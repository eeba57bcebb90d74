"""Whether the server runs, and whether what it needs answers."""

from datetime import UTC
from typing import Literal

import msgspec
from flask import Blueprint, Response

from plugin.bootstrap import Application
from plugin.formats.native import Timestamp
from plugin.readiness import Problem


class Alive(msgspec.Struct, frozen=True):
    """The process serves."""

    status: Literal["up"] = "up"


class Ready(msgspec.Struct, frozen=True):
    """All that the server needs answers."""

    status: Literal["ready"] = "ready"


class Failure(msgspec.Struct, frozen=True):
    """How a dependency fails, and since when."""

    error: str
    since: Timestamp


class NotReady(msgspec.Struct, frozen=True):
    """What does not answer, by its name."""

    problems: dict[str, Failure]
    status: Literal["not ready"] = "not ready"


def blueprint(application: Application) -> Blueprint:
    """The routes that balancers and supervisors ask."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        """Answer as soon as the process serves."""
        return _json(Alive())

    @routes.get("/readyz")
    def readyz() -> Response:
        """Say which dependency does not answer, how, and since when."""
        problems = application.readiness.problems()
        if problems:
            return _json(NotReady({name: _failure(each) for name, each in problems.items()}), 503)
        return _json(Ready())

    return routes


def _failure(problem: Problem) -> Failure:
    return Failure(problem.error, problem.since.astimezone(UTC).replace(microsecond=0))


def _json(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, content_type="application/json")
