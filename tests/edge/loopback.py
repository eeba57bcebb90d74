"""A server on loopback that follows the HTTP API and fails on demand.

What the real server answers is tested in test_against_server.py; this one is for what a healthy
server never does: dropped connections, 500s, lost answers, expired addresses.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import Any

import msgspec

from plugin.domain.frame import frame_id
from plugin.domain.settings import ProjectSettings
from tests.samples import settings

KEY = "lsal_0123456789abcdef_made-up"


@dataclass(frozen=True)
class Fault:
    """What happens to one request: `status` 0 closes the connection; `is_lost` answers nothing
    after the request was taken."""

    status: int = 0
    detail: str = "on purpose"
    retry_after: str = ""
    is_lost: bool = False


@dataclass
class Loopback:
    """The state of the server, to be looked at and changed by tests."""

    rules: ProjectSettings = field(default_factory=settings)
    version: int = 1
    outcome: str = "kept"
    key: str = KEY
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    requests: list[tuple[str, int]] = field(default_factory=list)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, what: str, *faults: Fault) -> None:
        """Let the next requests to `rules`, `events`, `counts` or `uploads` fail."""
        self.faults.setdefault(what, deque()).extend(faults)

    def asked(self, what: str) -> list[int]:
        """The statuses of all answers to one kind of request; 0 where none was sent."""
        return [status for name, status in list(self.requests) if name == what]

    def uploaded(self, event_id: str) -> tuple[str, bytes]:
        """The media type and content of an event's image."""
        return self.images[frame_id(self.rules.project, event_id)]

    def counted(self) -> dict[str, int]:
        """All counts reported, by outcome."""
        sums: dict[str, int] = {}
        for report in self.reports.values():
            for count in report["counts"]:
                sums[count["outcome"]] = sums.get(count["outcome"], 0) + count["number"]
        return sums

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be reachable; the port stays the same from the first time on."""
        server = _Server(self)
        self.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            server.cut_connections()
            thread.join()


Reply = tuple[int, dict[str, str], object]


def _answer(state: Loopback, what: str, request: Any, body: bytes) -> Reply:
    authorised = request.headers.get("Authorization") == f"Bearer {state.key}"
    if what != "uploads" and not authorised:
        return 401, {}, {"title": "Not authenticated", "status": 401}
    if what == "rules":
        return _rules(state, request.headers.get("If-None-Match"))
    if what == "events":
        return _event(state, msgspec.json.decode(body))
    if what == "counts":
        report = msgspec.json.decode(body)
        is_new = report["report_id"] not in state.reports
        state.reports.setdefault(report["report_id"], report)
        return 202, {}, {"taken": is_new}
    identifier = request.path.rpartition("/")[2]
    if identifier in state.images:
        return 409, {}, {"title": "Conflict", "status": 409}
    state.images[identifier] = (request.headers["Content-Type"], body)
    return 202, {}, {"frame_id": identifier, "outcome": "kept"}


def _rules(state: Loopback, known: str | None) -> Reply:
    etag = f'"{state.version}"'
    if known == etag:
        return 304, {"ETag": etag}, None
    body = {"version": state.version, "settings": state.rules.model_dump(mode="json")}
    return 200, {"ETag": etag}, body


def _event(state: Loopback, event: dict[str, Any]) -> Reply:
    identifier = frame_id(state.rules.project, event["event_id"])
    answer = {"frame_id": identifier, "outcome": state.outcome, "rule": "", "reason": ""}
    if state.outcome != "kept":
        return 200, {}, answer
    state.events[event["event_id"]] = event
    if "image" not in event:
        upload = {"url": f"/v1/uploads/{identifier}", "method": "PUT", "expires_at": ""}
        return 202, {}, answer | {"upload": upload}
    return 202, {}, answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: Loopback) -> None:
        super().__init__(("127.0.0.1", state.port), _Handler)
        self.state = state
        self._connections: list[socket] = []

    def get_request(self) -> tuple[socket, Any]:
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def cut_connections(self) -> None:
        """End those that are kept alive too, as a server that goes away does."""
        for connection in self._connections:
            with suppress(OSError):  # the client may have closed it
                connection.shutdown(SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    # As a real server: with HTTP/1.0 every request would have a connection of its own.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        state = self.server.state
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        what = "uploads" if "/uploads/" in self.path else self.path.rpartition("/")[2]
        faults = state.faults.get(what)
        fault = faults.popleft() if faults else None
        if fault is None or fault.is_lost:
            status, headers, content = _answer(state, what, self, body)
        else:
            status, content = fault.status, {"title": "Failed", "detail": fault.detail}
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        is_silent = fault is not None and (fault.is_lost or not fault.status)
        state.requests.append((what, 0 if is_silent else status))
        if is_silent:
            self.close_connection = True
        else:
            self._reply(status, headers, content)

    def _reply(self, status: int, headers: dict[str, str], content: object) -> None:
        body = b"" if content is None else msgspec.json.encode(content)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
