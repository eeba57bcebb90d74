"""Webhooks that we call: posted by the worker, to hosts that the operator named, within bounds.

No redirect is followed: https://github.com/standard-webhooks/standard-webhooks advises so, and what
is signed is meant for one address.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpcore

from plugin.addresses import Address, check_address, check_hosts, parse_networks
from plugin.connecting import Deadline, Reach, Resolver, errors_of, resolve
from plugin.domain.errors import FetchRefusedError, InvalidInputError, UnavailableError

HOSTS = "LSAL_RETRAIN_HOSTS"
NETWORKS = "LSAL_RETRAIN_NETWORKS"

MAX_ANSWER = 4000
"""Bytes of an answer that are read."""

_LONGEST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said; `body` is the beginning of it, as text.

    `retry_after` are the seconds that it wants to be left alone, where it said so.
    """

    status: int
    body: str
    retry_after: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether it has taken what was posted."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class WebhookPoster:
    """Posts to `hosts`, and to private addresses only in `networks` (CIDR).

    `timeout` (seconds) bounds all of a post. `resolver` gives the IP addresses of a host and port.

    Raises:
        InvalidInputError: a host or a network is none.
    """

    hosts: tuple[str, ...]
    networks: tuple[str, ...]
    timeout: float = 20.0
    resolver: Resolver = resolve
    ssl_context: ssl.SSLContext | None = None
    monotonic: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        check_hosts(self.hosts, HOSTS)
        parse_networks(self.networks, NETWORKS)

    def trouble(self, url: str) -> str:
        """Why nothing can be posted to an address as the environment is; "" where something can."""
        try:
            self._checked(url)
        except InvalidInputError as error:
            return f"expected {error.errors[0].expected}"
        return ""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post JSON to an address.

        Raises:
            UnavailableError: it may not be posted there, or nobody answers.
        """
        deadline = Deadline(self.monotonic() + self.timeout, self.monotonic)
        reach = Reach(self.networks, NETWORKS, self.resolver, self.ssl_context)
        try:
            address = self._checked(url)
            with errors_of(address.host), reach.connected(address, deadline) as pool:
                return _post(pool, address, headers, body)
        except InvalidInputError as error:
            raise UnavailableError("webhook", f"expected {error.errors[0].expected}") from None
        except FetchRefusedError as error:
            raise UnavailableError(error.host, error.reason) from None

    def _checked(self, url: str) -> Address:
        return check_address(url, self.hosts, "retrain.webhook", HOSTS)


def _post(
    pool: httpcore.ConnectionPool, address: Address, headers: Mapping[str, str], body: bytes
) -> Answer:
    said = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "label-studio-active-learning",
        **headers,
    }
    with pool.stream("POST", address.url, headers=list(said.items()), content=body) as response:
        answered = bytearray()
        for chunk in response.iter_stream():
            answered += chunk
            if len(answered) >= MAX_ANSWER:
                break
        text = bytes(answered[:MAX_ANSWER]).decode(errors="replace")
        return Answer(response.status, text, _retry_after(response))


def _retry_after(response: httpcore.Response) -> float | None:
    """Seconds that were asked for; a date is not read."""
    for name, value in response.headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) <= _LONGEST_DIGITS:
            return float(value)
    return None
