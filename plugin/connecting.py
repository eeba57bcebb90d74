"""Connections to addresses that were checked, all of whose steps share one deadline.

What keeps a stranger's address out of our network: the name is resolved once, what it stands for is
checked, and the connection goes to that very address, so a name that means something else a moment
later changes nothing.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import httpcore

from plugin.addresses import IMAGE_NETWORKS, Address, is_allowed, parse_networks
from plugin.domain.errors import FetchRefusedError, UnavailableError

Resolver = Callable[[str, int], Sequence[str]]

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


@dataclass(frozen=True)
class Reach:
    """What may be connected to: the internet, and of private `networks` (CIDR) those listed.

    `resolver` gives the IP addresses of a host and port; `variable` is where the environment lists
    the networks. Threads may share one.
    """

    networks: tuple[str, ...]
    variable: str = IMAGE_NETWORKS
    resolver: Resolver = resolve
    ssl_context: ssl.SSLContext | None = None

    def connected(self, address: Address, deadline: Deadline) -> httpcore.ConnectionPool:
        """A pool that connects to nothing but what an address's host stands for now.

        Raises:
            FetchRefusedError: that is not allowed.
            OSError: it stands for nothing, or nobody says.
        """
        networks = parse_networks(self.networks, self.variable)
        resolved = self.resolver(address.host, address.port)
        allowed = [ip for ip in resolved if is_allowed(ip, networks)]
        if not allowed:
            found = ", ".join(resolved) or "no address"
            raise FetchRefusedError(address.host, f"{found} is not allowed by {self.variable}")
        backend = CheckedConnection(allowed, deadline)
        return httpcore.ConnectionPool(
            ssl_context=self.ssl_context or trusted(), network_backend=backend, retries=0
        )


@contextmanager
def errors_of(host: str) -> Iterator[None]:
    """Say an error of the network as one of ours: it may be gone later.

    Raises:
        UnavailableError: in place of what httpcore and the system raise.
    """
    try:
        yield
    except httpcore.TimeoutException:
        raise UnavailableError(host, "took too long") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise UnavailableError(host, str(error) or type(error).__name__) from None


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
