"""Connections to addresses that were checked, all of whose steps share one deadline."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import httpcore

_RESOLVE_SECONDS = 5.0
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock, in seconds."""

    at: float
    monotonic: Callable[[], float]

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            httpcore.ReadTimeout: none are.
        """
        left = self.at - self.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses that a host's name stands for now, in the system's order.

    Raises:
        OSError: it stands for none, or nobody answers.
    """
    answers = list[list[str] | OSError]()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.append([str(entry[4][0]) for entry in found])
        except OSError as error:
            answers.append(error)

    # The system's resolver takes no timeout; the thread ends when it has given up.
    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(_RESOLVE_SECONDS)
    if not answers:
        raise TimeoutError("its name was not resolved in time")
    if isinstance(answers[0], OSError):
        raise answers[0]
    return answers[0]


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts; read once a process, because it takes 30 ms."""
    return httpcore.default_ssl_context()


class CheckedConnection(httpcore.NetworkBackend):
    """Connects to one of the given IP addresses, whatever the host's name means by now."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  it was resolved and checked before
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline bounds it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers.

        Raises:
            httpcore.ConnectError, httpcore.ConnectTimeout: none does.
        """
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            seconds = min(_CONNECT_SECONDS, self._deadline.left())
            try:
                stream = self._network.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        seconds = self._deadline.left()
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
