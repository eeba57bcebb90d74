"""A proxy before the real Label Studio that spoils some of its answers."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Literal

import httpx

from tests.stand_ins import running

IMPORT = r"POST /api/projects/\d+/import\?return_task_ids"
UPLOAD = r"POST /api/projects/\d+/import\?commit_to_project"
"""Lines of the requests that make tasks, and that store images."""

Kind = Literal["lose", "half", "drop", "keep", "refuse", "hold", "bare"]
PASSED_ON = ("authorization", "content-type", "accept")


@dataclass
class Fault:
    """What happens to requests whose method and path match, `times` times.

    lose: Label Studio does it, and no answer comes. half: its answer breaks off half way.
    drop: it never gets the request, and no answer comes.
    keep: no answer comes, and it gets the request when the proxy is told to `release` it.
    refuse: it never gets the request; the answer is `status` with `headers`.
    bare: it makes the tasks without their predictions, as on SQLite when its database was locked.
    hold: `held` is set, and the request goes on once `go_on` is.
    """

    kind: Kind
    request: str
    times: int = 1
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def hits(self, line: str, body: bytes) -> bool:
        """Whether this request is spoiled, which uses up one time."""
        if not self.times or not re.search(self.request, line) or self.body.encode() not in body:
            return False
        self.times -= 1
        return True


class FaultyLabelStudio(ThreadingHTTPServer):
    """Passes requests on, except those that a fault hits; `lines` are those that came."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.client = httpx.Client(base_url=target, timeout=60)
        self.faults: list[Fault] = []
        self.lines: list[str] = []
        self.kept: list[Callable[[], httpx.Response]] = []
        self.held, self.go_on = Event(), Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, kind: Kind, request: str, **options: object) -> None:
        self.faults.append(Fault(kind, request, **options))  # type: ignore[arg-type]

    def release(self) -> None:
        """Pass on what was kept: Label Studio does it, and nobody hears of it."""
        while self.kept:
            self.kept.pop(0)().raise_for_status()

    def count(self, request: str) -> int:
        return sum(1 for line in self.lines if re.search(request, line))


class _Handler(BaseHTTPRequestHandler):
    server: FaultyLabelStudio
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = f"{self.command} {self.path}"
        self.server.lines.append(line)
        fault = next((each for each in self.server.faults if each.hits(line, body)), None)
        if fault and fault.kind == "refuse":
            self.answer(fault.status, b"spoiled", fault.headers)
            return
        if fault and fault.kind == "hold":
            self.server.held.set()
            self.server.go_on.wait(60)
            fault = None
        if fault and fault.kind == "bare":
            tasks = [each | {"predictions": []} for each in json.loads(body)]
            body, fault = json.dumps(tasks).encode(), None
        if fault and fault.kind == "drop":
            self.close_connection = True
            return
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        ask = partial(
            self.server.client.request, self.command, self.path, headers=headers, content=body
        )
        if fault and fault.kind == "keep":
            self.server.kept.append(ask)
            self.close_connection = True
            return
        answer = ask()
        if fault is None:
            kind = answer.headers.get("Content-Type", "")
            self.answer(answer.status_code, answer.content, {"Content-Type": kind})
            return
        self.close_connection = True
        if fault.kind == "half":
            self.send_response(answer.status_code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content[: len(answer.content) // 2])

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any  # noqa: N815  the library's

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def faulty(target: str) -> Iterator[FaultyLabelStudio]:
    """A proxy before the Label Studio at this address."""
    server = FaultyLabelStudio(target)
    with server.client, running(server):
        yield server
