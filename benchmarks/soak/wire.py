"""HTTP/1.1 over connections that are kept alive: one request at a time on each."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from benchmarks.load import request

HOST = "127.0.0.1"
NO_ANSWER = 0
"""The status of a request whose connection was lost."""

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Request(NamedTuple):
    """What is to be sent."""

    path: str
    body: bytes
    content_type: str
    method: str = "POST"
    key: str = ""

    def encoded(self) -> bytes:
        """As it goes over the wire."""
        headers: Mapping[str, str] = {"Content-Type": self.content_type}
        if self.key:
            headers = {**headers, "Authorization": f"Bearer {self.key}"}
        return request(self.method, self.path, dict(headers), self.body)


Told = Callable[[int, bytes], None]
"""Takes the status and the body of an answer."""


class Connection(asyncio.Protocol):
    """One connection; `lost` is called when it ends."""

    def __init__(self, lost: Callable[["Connection"], None]) -> None:
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._told: Told | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own says it is none

    @property
    def is_open(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, data: bytes, told: Told) -> None:
        """Send a request; `told` is called with its answer, NO_ANSWER where there is none."""
        if self._transport is None:
            raise RuntimeError("the connection is not open")
        self._told = told
        self._transport.write(data)

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end])
        status, length = _STATUS.match(head), _LENGTH.search(head)
        if status is None or (length is None and int(status[1]) != 204):
            raise RuntimeError(f"not an answer that we can read: {head[:200]!r}")
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) >= whole:
            body = bytes(self._received[end + 4 : whole])
            del self._received[:whole]
            if _CLOSES.search(head):
                self.close()
            self._tell(int(status[1]), body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._transport = None
        self._tell(NO_ANSWER, str(exc or "closed").encode())
        self._lost(self)

    def _tell(self, status: int, body: bytes) -> None:
        told, self._told = self._told, None
        if told:
            told(status, body)
