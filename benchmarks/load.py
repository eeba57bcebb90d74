"""Load over HTTP from one core: many connections, each with a few requests on their way."""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

_STATUS_LENGTH = len("HTTP/1.1 200")
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")


@dataclass
class _Connection:
    socket: socket.socket
    left: bytes = b""
    waiting: int = 0

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def read(self, data: bytes) -> list[int]:
        """The statuses in what came in, also where one is cut in two."""
        data = self.left + data
        found = list(_STATUS.finditer(data))
        seen = found[-1].end() if found else 0
        self.left = data[max(seen, len(data) - _STATUS_LENGTH + 1) :]
        self.waiting -= len(found)
        return [int(match[1]) for match in found]


def request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """An HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drive(
    port: int, requests: Iterator[bytes], seconds: float, connections: int, depth: int
) -> dict[int, int]:
    """Send requests for a while, and say how often each status came.

    Args:
        port: on loopback.
        requests: without an end, sent in their order.
        seconds: how long.
        connections: kept alive.
        depth: requests on their way on each.
    """
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = _Connection(_open(port))
            stack.callback(connection.close)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            _send(connection, requests, depth)
        return _run(selector, requests, seconds, (port, depth))


def _run(
    selector: selectors.BaseSelector, source: Iterator[bytes], seconds: float, to: tuple[int, int]
) -> dict[int, int]:
    statuses: dict[int, int] = {}
    port, depth = to
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for key, _ in selector.select(timeout=1):
            connection: _Connection = key.data
            data = connection.socket.recv(1 << 18)
            if not data:  # a server that keeps no connection alive
                _connect_anew(selector, connection, port)
                _send(connection, source, 1)
                continue
            for status in connection.read(data):
                statuses[status] = statuses.get(status, 0) + 1
            if connection.waiting <= depth // 2:
                _send(connection, source, depth - connection.waiting)
    return statuses


def _connect_anew(selector: selectors.BaseSelector, connection: _Connection, port: int) -> None:
    selector.unregister(connection.socket)
    connection.close()
    connection.socket, connection.waiting, connection.left = _open(port), 0, b""
    selector.register(connection.socket, selectors.EVENT_READ, connection)


def _open(port: int) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _send(connection: _Connection, source: Iterator[bytes], number: int) -> None:
    connection.socket.sendall(b"".join(next(source) for _ in range(number)))
    connection.waiting += number
