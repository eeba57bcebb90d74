"""A proxy before the real Label Studio: it fails where it is told to."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from tests.stand_ins import running

How = Literal["answer", "lose", "hang", "half", "late"]
"""`answer` a status without doing the work; do it and `lose` the answer, or `hang` with it until
the caller has given up; pass on `half` of the request; hang up, and do it `late`: when told to."""

LATEST = 600.0
"""Seconds after which what is to be late is done anyway."""

_OURS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass
class Trouble:
    """What happens to the next requests whose line contains `where`, so many `times`."""

    where: str
    how: How
    times: int
    status: int = 0
    retry_after: int = 0
    seconds: float = 0


class LabelStudioProxy(ThreadingHTTPServer):
    """Passes requests on, but for those in trouble."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.port = port
        self.trouble: Trouble | None = None
        self.troubled = 0
        self.told = threading.Event()
        self.late_ones_done = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take_trouble(self, line: str) -> Trouble | None:
        with self._lock:
            trouble = self.trouble
            if trouble is None or trouble.where not in line:
                return None
            trouble.times -= 1
            self.troubled += 1
            if trouble.times == 0:
                self.trouble = None
            return trouble


class _Pass(BaseHTTPRequestHandler):
    server: LabelStudioProxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trouble = self.server.take_trouble(f"{self.command} {self.path}")
        try:
            if trouble is None:
                self._answer(*self._ask(body))
            else:
                self._fail(trouble, body)
        except (OSError, HTTPException):
            self.close_connection = True  # one of the two has gone

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  named by the base class

    def log_message(self, *_: object) -> None:
        pass

    def _fail(self, trouble: Trouble, body: bytes) -> None:
        if trouble.how == "answer":
            headers = [("Retry-After", str(trouble.retry_after))] if trouble.retry_after else []
            self._answer(trouble.status, headers, b'{"detail": "made up by a test"}')
            return
        if trouble.how == "late":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = self.server.told.wait(LATEST)
            self._ask(body)
            self.server.late_ones_done.set()
            return
        if trouble.how == "half":
            connection = self._send(body[: len(body) // 2], len(body))
            connection.close()
        else:
            self._ask(body)
            time.sleep(trouble.seconds)
        self.close_connection = True

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = self._send(body, len(body))
        try:
            response: HTTPResponse = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _send(self, body: bytes, length: int) -> HTTPConnection:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() == "host" or name.lower() not in _OURS:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(length))
        connection.endheaders(body)
        return connection

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _OURS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def label_studio_proxy(port: int) -> Iterator[LabelStudioProxy]:
    """A proxy before the Label Studio on a port of loopback."""
    with running(LabelStudioProxy(port)) as server:
        yield server
