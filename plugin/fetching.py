"""Images by address: fetched by the worker, from hosts that the operator named, and within bounds.

Every redirect is checked as the first address was.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import httpcore

from plugin.addresses import Address, check_address, check_hosts, parse_networks
from plugin.connecting import Deadline, Reach, Resolver, errors_of, resolve
from plugin.domain.errors import FetchRefusedError, InvalidInputError, UnavailableError

MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})
# The last two say nothing: object stores give them to whatever they were not told the type of.
_CONTENT_TYPES = frozenset({
    "image/jpeg", "image/jpg", "image/png", "image/webp",
    "application/octet-stream", "binary/octet-stream",
})  # fmt: skip
_HEADERS = {
    "Accept": "image/jpeg, image/png, image/webp",
    "Accept-Encoding": "identity",
    "User-Agent": "label-studio-active-learning",
}


@dataclass(frozen=True)
class ImageFetcher:
    """Fetches images from `hosts`, and from private addresses only in `networks` (CIDR).

    `max_bytes` bounds an image, `timeout` (seconds) all of a fetch, redirects included.
    `resolver` gives the IP addresses of a host and port. Threads may share one.

    Raises:
        InvalidInputError: a host or a network is none.
    """

    hosts: tuple[str, ...]
    networks: tuple[str, ...]
    max_bytes: int
    timeout: float = 20.0
    resolver: Resolver = resolve
    ssl_context: ssl.SSLContext | None = None
    monotonic: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        check_hosts(self.hosts)
        parse_networks(self.networks)

    def fetch(self, url: str) -> bytes:
        """The bytes at an address; whether they are an image, only they can say.

        Raises:
            FetchRefusedError: it may not be fetched, is not there, or is no image or too large.
            UnavailableError: it cannot be fetched now.
        """
        deadline = Deadline(self.monotonic() + self.timeout, self.monotonic)
        reach = Reach(self.networks, resolver=self.resolver, ssl_context=self.ssl_context)
        address = self._checked("the address", url)
        for _ in range(1 + MAX_REDIRECTS):
            with errors_of(address.host), reach.connected(address, deadline) as pool:
                found = self._get(pool, address)
            if isinstance(found, bytes):
                return found
            address = self._checked("a redirect", _joined(address, found))
        raise FetchRefusedError(address.host, f"more than {MAX_REDIRECTS} redirects")

    def _checked(self, what: str, url: str) -> Address:
        try:
            return check_address(url, self.hosts)
        except InvalidInputError as error:
            raise FetchRefusedError(what, f"expected {error.errors[0].expected}") from None

    def _get(self, pool: httpcore.ConnectionPool, address: Address) -> bytes | str:
        """The body, or where it is to be found instead."""
        with pool.stream("GET", address.url, headers=list(_HEADERS.items())) as response:
            headers = {name.lower(): value for name, value in _decoded(response.headers)}
            if response.status in _REDIRECTS and headers.get("location"):
                return headers["location"]
            _check_answer(address.host, response.status, headers)
            return self._read(address.host, response)

    def _read(self, host: str, response: httpcore.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > self.max_bytes:
                raise FetchRefusedError(host, f"more than {self.max_bytes} bytes")
        return bytes(body)


def _check_answer(host: str, status: int, headers: dict[str, str]) -> None:
    if status >= 500 or status in _LATER:
        raise UnavailableError(host, f"answered {status}")
    if status != 200:
        raise FetchRefusedError(host, f"answered {status}")
    encoding = headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise FetchRefusedError(host, f"content encoding {encoding!r}, expected none")
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type and content_type not in _CONTENT_TYPES:
        raise FetchRefusedError(host, f"content type {content_type!r}, expected an image")


def _joined(address: Address, location: str) -> str:
    try:
        return urljoin(address.url, location)
    except ValueError:
        raise FetchRefusedError(address.host, "redirects to what is no address") from None


def _decoded(headers: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
