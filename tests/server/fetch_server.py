"""A web server on loopback that serves images well and badly, and a fetcher that may ask it."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from plugin.fetching import ImageFetcher
from tests.samples import jpeg
from tests.stand_ins import running

IMAGE = jpeg()
CAMERA = "camera.example.com"
OTHER = "other.example.com"


class Names:
    """A resolver: each question for a host takes its next answer, the last one again and again."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {CAMERA: [["127.0.0.1"]], OTHER: [["127.0.0.1"]]}
        self.answers |= {f"{name}.example.com": each for name, each in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        answers = self.answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def fetcher(**changes: Any) -> ImageFetcher:
    usual: dict[str, Any] = {
        "hosts": ("*.example.com",), "networks": ("127.0.0.0/8",), "max_bytes": 1_000_000,
        "timeout": 10.0, "resolver": Names(),
    }  # fmt: skip
    return ImageFetcher(**(usual | changes))


class Handler(BaseHTTPRequestHandler):
    """Answers by path; what a path cannot say stands in its query."""

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']} {self.path}")  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        getattr(self, parts.path.strip("/"))()

    def image(self) -> None:
        """The image, with a status, a type or any other header that was asked for."""
        headers = {
            "Content-Type": self.query.get("type", "image/jpeg"),
            "Content-Length": len(IMAGE),
        }
        if "encoding" in self.query:
            headers["Content-Encoding"] = self.query["encoding"]
        self._answer(int(self.query.get("status", "200")), headers)
        self.wfile.write(IMAGE)

    def redirect(self) -> None:
        self._answer(int(self.query.get("status", "302")), {"Location": self.query["to"]})

    def endless(self) -> None:
        """More and more, without having said how much."""
        self._answer(200, {"Content-Type": "image/jpeg"})
        self._write_until_refused(b"\xff" * 65_536, pause=0)

    def drip(self) -> None:
        """A byte at a time: no single read ever times out."""
        self._answer(200, {"Content-Type": "image/jpeg", "Content-Length": 1_000_000})
        self._write_until_refused(b"\xff", pause=0.02)

    def drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._write_until_refused(b"x", pause=0.02)

    def cut(self) -> None:
        """Less than its Content-Length says."""
        self._answer(200, {"Content-Type": "image/jpeg", "Content-Length": len(IMAGE)})
        self.wfile.write(IMAGE[:-100])

    def nonsense(self) -> None:
        self.wfile.write(b"no HTTP\r\n\r\n")

    def untyped(self) -> None:
        self._answer(200, {"Content-Length": len(IMAGE)})
        self.wfile.write(IMAGE)

    def _answer(self, status: int, headers: dict[str, object]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def _write_until_refused(self, data: bytes, pause: float) -> None:
        try:
            while True:
                self.wfile.write(data)
                time.sleep(pause)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Notes what it was asked for: the Host header and the path."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), Handler)
        self.asked: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some of the tests are about."""


@contextmanager
def serving(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that is up, on a free port."""
    server = Server(address)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield server


def url(server: Server, path: str = "image", host: str = CAMERA) -> str:
    return f"http://{host}:{server.port}/{path}"
