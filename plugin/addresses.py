"""Addresses of images and webhooks: which may be asked, before and after a name is resolved.

The web process looks at the address alone (`check_address`); the worker also at what its host's
name stands for (`is_allowed`), so that nobody reaches into our network with a name of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

from plugin.domain.errors import FieldError, InvalidInputError

MAX_LENGTH = 2000
IMAGE_HOSTS = "LSAL_IMAGE_HOSTS"
IMAGE_NETWORKS = "LSAL_IMAGE_NETWORKS"
PORTS = {"http": 80, "https": 443}

_LOW_PORTS = frozenset({80, 81, 88, 443})  # below 1024, cameras serve on these
_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII, without spaces and backslashes
_HOST = re.compile(
    r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:]+:[0-9a-f:.]*"
)  # a name, IPv4, IPv6

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# IANA's special-purpose registries, and what was never meant for a host on the internet.
# https://www.iana.org/assignments/iana-ipv4-special-registry
_CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
# Of IPv6 only this is the internet, without Teredo and its like and documentation.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
# Where clouds tell a machine its secrets: AWS and most others, AWS's containers and IPv6,
# Alibaba, Oracle, Azure, Google's IPv6, OpenStack's IPv6.
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23",
        "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd20:ce::254",
        "fe80::a9fe:a9fe",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts; `target` is path and query, `host` in lower case."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """The address in one line, without a fragment."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def check_address(
    url: str, hosts: Sequence[str], field: str = "image.url", variable: str = IMAGE_HOSTS
) -> Address:
    """An address in its parts, when it may be asked for by its looks; nothing is resolved.

    `hosts` are names, IP addresses, or `*.example.com` for every name that ends so, as the
    environment's `variable` lists them.

    Raises:
        InvalidInputError: naming `field`.
    """
    shown = url.partition("?")[0].rpartition("@")[2]  # no password, no signature
    if len(url) > MAX_LENGTH or not _PRINTABLE.fullmatch(url):
        expected = f"at most {MAX_LENGTH} printable ASCII characters, others percent-encoded"
        raise InvalidInputError(FieldError(field, shown, expected))
    try:
        parts = urlsplit(url)
        port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    except ValueError:
        raise InvalidInputError(FieldError(field, shown, "an address")) from None
    host = parts.hostname or ""
    for holds, expected in (
        (parts.scheme in PORTS, "an address with http or https"),
        ("@" not in parts.netloc, "an address without a user name"),
        (_is_listed(host, hosts), f"a host that {variable} names"),
        (port in _LOW_PORTS or port >= 1024, "port 80, 81, 88, 443, or one from 1024"),
    ):
        if not holds:
            raise InvalidInputError(FieldError(field, shown, expected))
    return Address(parts.scheme, host, port, _target(parts))


def check_hosts(hosts: Sequence[str], variable: str = IMAGE_HOSTS) -> None:
    """Check a list of host names, as the environment's `variable` has it.

    Raises:
        InvalidInputError: naming every one that is none.
    """
    expected = "a host name in lower case, an IP address, or *.example.com"
    errors = [
        FieldError(variable, host, expected)
        for host in hosts
        if not _HOST.fullmatch(host.removeprefix("*."))
    ]
    if errors:
        raise InvalidInputError(*errors)


def parse_networks(
    networks: Sequence[str], variable: str = IMAGE_NETWORKS
) -> tuple[IPNetwork, ...]:
    """Networks from their notation, like 10.20.0.0/16, as the environment's `variable` has them.

    Raises:
        InvalidInputError: naming the first that is none.
    """
    parsed = []
    for network in networks:
        try:
            parsed.append(ip_network(network))
        except ValueError as error:
            expected = f"a network like 10.20.0.0/16 ({error})"
            raise InvalidInputError(FieldError(variable, network, expected)) from None
    return tuple(parsed)


def is_allowed(address: str, networks: Sequence[IPNetwork]) -> bool:
    """Whether an IP address may be connected to: it is the internet's, or in one of the networks.

    Addresses that carry another one are judged by that. Those where clouds keep their secrets
    never are allowed, nor is multicast.
    """
    try:
        ip = _carried(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if ip in _METADATA or ip.is_multicast or ip.is_unspecified:
        return False
    return any(ip in network for network in networks) or _is_public(ip)


def _is_listed(host: str, hosts: Sequence[str]) -> bool:
    return _HOST.fullmatch(host) is not None and any(
        host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
        for pattern in hosts
    )


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return (parts.path or "/") + query


def _carried(ip: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one stands for (mapped, NAT64, 6to4), else itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _is_public(ip: IPAddress) -> bool:
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _CLOSED_V4)
    return ip in _OPEN_V6 and not any(ip in network for network in _CLOSED_V6)
