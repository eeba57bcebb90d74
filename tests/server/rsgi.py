"""Asks the server's front in this process, as granian would: no network, everything else real."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import httpx
import msgspec
from werkzeug.datastructures import Headers as ReplyHeaders

from tests.asynchronous import run
from webhook_server.front import Front
from webhook_server.replies import Headers


@dataclass
class Answered:
    """What came back."""

    status_code: int
    headers: ReplyHeaders
    sent: list[bytes]

    @property
    def data(self) -> bytes:
        return b"".join(self.sent)

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def content_type(self) -> str:
        return self.headers["content-type"]

    def get_json(self) -> Any:
        return msgspec.json.decode(self.data)

    def lines(self) -> list[Any]:
        return [msgspec.json.decode(line) for line in self.data.splitlines()]


@dataclass
class _Scope:
    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    scheme: str = "http"
    client: str = "127.0.0.1:50000"
    server: str = "127.0.0.1:8090"
    http_version: str = "1.1"


@dataclass
class _Exchange:
    """Granian's side of the protocol; `pieces` are the body as it comes in."""

    pieces: Iterable[bytes]
    status: int = 0
    headers: Headers = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    async def __call__(self) -> bytes:
        return b"".join(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if piece:
                yield piece
        yield b""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        assert not self.status, "a second answer"
        self.status, self.headers = status, headers
        self.sent.append(body)

    def response_stream(self, status: int, headers: Headers) -> "_Exchange":
        assert not self.status, "a second answer"
        self.status, self.headers = status, headers
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.sent.append(data)


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _form(data: Mapping[str, Any]) -> tuple[bytes, str]:
    """A form as a real client encodes it; a file is (what to read it from, its name)."""
    parts = {
        name: (None, value) if isinstance(value, str) else (value[1], value[0])
        for name, value in data.items()
    }
    request = httpx.Request("POST", "http://localhost/", files=parts)
    return request.read(), request.headers["content-type"]


class Client:
    """Posts to a front; `data` may be a form, and `pieces` a body that comes bit by bit."""

    def __init__(self, front: Front) -> None:
        self.front = front

    def get(self, path: str, **options: Any) -> Answered:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answered:
        return self.ask("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answered:
        return self.ask("PUT", path, **options)

    def ask(
        self,
        method: str,
        path: str,
        *,
        data: str | bytes | Mapping[str, Any] = b"",
        pieces: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
        query_string: Mapping[str, str] | None = None,
    ) -> Answered:
        body, kind = _form(data) if isinstance(data, Mapping) else (_bytes(data), content_type)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        sent.setdefault("host", "localhost:8090")
        if kind:
            sent.setdefault("content-type", kind)
        if pieces is None and (body or method != "GET"):
            sent.setdefault("content-length", str(len(body)))
        plain, _, query = path.partition("?")
        query = urlencode(query_string) if query_string else query
        scope = _Scope(method, unquote(plain), query, sent)
        exchange = _Exchange([body] if pieces is None else pieces)
        run(self.front.__rsgi__(scope, exchange))  # type: ignore[arg-type]
        return Answered(exchange.status, ReplyHeaders(exchange.headers), exchange.sent)
