"""A web server on loopback that receives announcements, well and badly, as a trainer would."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.stand_ins import running

HOST = "train.example.com"


@dataclass(frozen=True)
class Received:
    """One post: its headers in lower case, and its body as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data

    def verify(self, secret: str) -> None:
        """Raise unless this was signed with a secret, just now: by the published library."""
        Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, a body, further headers; `stall` says nothing at all."""

    status: int = 204
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    stall: bool = False


class Receiver(ThreadingHTTPServer):
    """Notes what it was sent. Each post takes the next of the `replies`; then all is well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []
        self.replies: list[Reply] = []
        self.on_post: Callable[[], None] | None = None
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}/new?kind=set"

    @property
    def loopback_url(self) -> str:
        """For whoever resolves names as the machine does."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some of the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        if self.server.on_post:
            self.server.on_post()
        reply = self.server.replies.pop(0) if self.server.replies else Reply()
        if reply.stall:
            self.server.ended.wait()
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that is up, on a free port."""
    with running(Receiver()) as server:
        try:
            yield server
        finally:
            server.ended.set()
