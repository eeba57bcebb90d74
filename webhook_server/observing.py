"""What every request is measured and logged by."""

import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from flask import Flask, Response, g, request

from plugin.stores.measures.metrics import REQUEST_SECONDS, Metrics

REQUEST_ID = "X-Request-Id"
"""The header with a request's id: the client's own where it sent one."""

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ONLY_ASKS = ("GET", "HEAD", "OPTIONS")
_TOLD = ("project", "frame_id")

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """What is told of a request: the route's pattern, what its path names, the id it came with."""

    method: str
    route: str
    names: Mapping[str, str]
    request_id: str


class _Problem(msgspec.Struct):
    """What the log tells of a problem: never the values, which are somebody's data."""

    class Fault(msgspec.Struct):
        field: str

    title: str
    errors: list[Fault] = []


def register(app: Flask, metrics: Metrics) -> None:
    """Time every request, a streamed answer until its end, and log each post that was refused.

    To be called before other hooks are registered, so that the time has begun when they answer.
    """

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(answer: Response) -> Response:
        started, route = g.started, _route()
        if answer.is_streamed:
            status = answer.status_code
            answer.call_on_close(lambda: observe(metrics, route, status, started))
        else:
            observe(metrics, route, answer.status_code, started)
        if answer.status_code >= 400 and request.method not in _ONLY_ASKS:
            asked = Asked(
                request.method, route, request.view_args or {}, request.headers.get(REQUEST_ID, "")
            )
            body = b"" if answer.is_streamed else answer.get_data()
            answer.headers[REQUEST_ID] = log_refusal(asked, answer.status_code, body)
        return answer


def observe(metrics: Metrics, route: str, status: int, started: float) -> None:
    """Count a request and the time since `started` (of `time.perf_counter`)."""
    metrics.observe(REQUEST_SECONDS, (route, f"{status // 100}xx"), time.perf_counter() - started)


def log_refusal(asked: Asked, status: int, body: bytes) -> str:
    """Log a refused post, and return its id, by which whoever asks can be helped.

    Args:
        asked: what was refused.
        status: of the answer, 400 or more.
        body: of the answer; a problem's title and fields are told, its values are not.
    """
    given = asked.request_id
    request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    fields = {name: value for name, value in asked.names.items() if name in _TOLD}
    fields |= {"request_id": request_id, "method": asked.method, "route": asked.route}
    level = logging.WARNING if status >= 500 else logging.INFO
    log.log(level, "post refused", extra=fields | {"status": status} | _reason(body))
    return request_id


def _route() -> str:
    """The route's pattern, never the path: names and ids from outside must not become labels."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def _reason(body: bytes) -> dict[str, object]:
    try:
        said = msgspec.json.decode(body, type=_Problem)
    except msgspec.DecodeError:
        return {}  # a page or nothing: the status says it all
    return {"reason": said.title, "faults": [fault.field for fault in said.errors]}
