"""An S3 that fails as told: it passes requests on to the real one, or answers in its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.stand_ins import running


@dataclass
class Fault:
    """What becomes of requests of this method for keys with this ending.

    With `after`, their work is done all the same, and only the answer is another; `times` counts
    down, and where it is 0 requests pass.
    """

    method: str
    ending: str
    status: int
    body: str = ""
    after: bool = False
    times: int = 1_000_000


class FaultyS3(ThreadingHTTPServer):
    """`faults` may be changed at any time; `unconditional`: it ignores If-None-Match."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = httpx.Client(base_url=target)
        self.faults: list[Fault] = []
        self.unconditional = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self, method: str, path: str) -> Fault | None:
        key = path.partition("?")[0]
        for each in self.faults:
            if each.times and each.method == method and key.endswith(each.ending):
                each.times -= 1
                return each
        return None


class _Handler(BaseHTTPRequestHandler):
    server: FaultyS3
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.fault(self.command, self.path)
        if fault is None or fault.after:
            answer = self._forward(body)
        if fault is None:
            self._answer(answer.status_code, answer.content, answer.headers)
        else:
            self._answer(fault.status, fault.body.encode(), {})

    do_GET = do_PUT = do_HEAD = do_DELETE = _pass  # noqa: N815 - the standard library's names

    def _forward(self, body: bytes) -> httpx.Response:
        dropped = {"if-none-match"} if self.server.unconditional else set()
        headers = {n: v for n, v in self.headers.items() if n.lower() not in dropped}
        return self.server.target.request(self.command, self.path, content=body, headers=headers)

    def _answer(self, status: int, body: bytes, headers: "httpx.Headers | dict[str, str]") -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "server", "date"):
                self.send_header(name, value)
        size = headers.get("content-length", "0") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", size)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def faulty_s3(target: str) -> Iterator[FaultyS3]:
    """Run it before the S3 at this address."""
    server = FaultyS3(target)
    with server.target, running(server):
        yield server
