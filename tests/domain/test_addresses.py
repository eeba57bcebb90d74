"""Addresses of images: which may be asked for by their looks, and which by what they stand for."""

import pytest

from plugin.addresses import check_address, is_allowed, parse_networks
from plugin.domain.errors import InvalidInputError

HOSTS = ("camera.example.com", "*.example.org", "192.0.2.7", "2001:db8::7")


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://camera.example.com/a.jpg", "https://camera.example.com:443/a.jpg"),
        ("HTTP://Camera.Example.COM", "http://camera.example.com:80/"),
        ("http://a.b.example.org:8080/x?y=/z#w", "http://a.b.example.org:8080/x?y=/z"),
        ("http://192.0.2.7:81/", "http://192.0.2.7:81/"),
        ("http://[2001:db8::7]/", "http://[2001:db8::7]:80/"),
    ],
)
def test_an_address_on_the_list_is_accepted(url: str, seen: str) -> None:
    assert check_address(url, HOSTS).url == seen


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "printable"),
        ("https://camera.example.com/a b", "printable"),
        ("https://camera.example.com/\r\nHost: x", "printable"),
        ("https://camera.example.com\\@evil.example.net/", "printable"),
        ("https://caméra.example.com/", "printable"),
        ("https://camera.example.com/" + "a" * 2000, "2000"),
        ("/a.jpg", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("gopher://camera.example.com/", "http or https"),
        ("https://[::1", "an address"),
        ("https://camera.example.com:99999/", "an address"),
        ("https://camera.example.com:x/", "an address"),
        ("https://me:pw@camera.example.com/", "user name"),
        ("https://camera.example.com@evil.example.net/", "user name"),
        ("https://evil.example.net/camera.example.com", "LSAL_IMAGE_HOSTS"),
        ("https://camera.example.com.evil.example.net/", "LSAL_IMAGE_HOSTS"),
        ("https://camera.example.com./", "LSAL_IMAGE_HOSTS"),
        ("https://example.org/", "LSAL_IMAGE_HOSTS"),
        ("https://evilexample.org/", "LSAL_IMAGE_HOSTS"),
        ("https://x%00.example.org/", "LSAL_IMAGE_HOSTS"),
        ("https://" + "x" * 64 + ".example.org/", "LSAL_IMAGE_HOSTS"),
        ("https://127.1/", "LSAL_IMAGE_HOSTS"),
        ("https:///a.jpg", "LSAL_IMAGE_HOSTS"),
        ("https://camera.example.com:22/", "port"),
        ("https://camera.example.com:0/", "port"),
    ],
)
def test_any_other_address_is_refused_with_what_is_wrong(url: str, expected: str) -> None:
    with pytest.raises(InvalidInputError, match=expected) as caught:
        check_address(url, HOSTS)
    assert caught.value.errors[0].field == "image.url"


def test_without_a_list_no_address_is_accepted() -> None:
    with pytest.raises(InvalidInputError, match="LSAL_IMAGE_HOSTS"):
        check_address("https://camera.example.com/a.jpg", ())


def test_what_a_refusal_says_of_an_address_holds_no_secret() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_address("https://me:pw@camera.example.com/a.jpg?signature=abc", HOSTS)
    assert caught.value.errors[0].value == "camera.example.com/a.jpg"


PUBLIC = ["8.8.8.8", "1.1.1.1", "172.15.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"]
INNER = [
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.0.1",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "203.0.113.1",
    "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "2001:db8::1", "2001::1",
    "100::1", "5f00::1",
]  # fmt: skip
CARRIED = ["::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a00:1", "2002:a00:1::1"]
NEVER = [
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16",
    "fd00:ec2::254", "fe80::a9fe:a9fe%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1", "224.0.0.1", "ff02::1", "::", "::ffff:0.0.0.0",
    "0.0.0.0",  # noqa: S104  refused, not bound to
]  # fmt: skip


@pytest.mark.parametrize("ip", PUBLIC)
def test_the_internet_is_allowed(ip: str) -> None:
    assert is_allowed(ip, ())


@pytest.mark.parametrize("ip", [*INNER, *CARRIED, *NEVER, "255.255.255.255", "240.0.0.1", "what"])
def test_what_is_not_the_internet_is_not(ip: str) -> None:
    assert not is_allowed(ip, ())


@pytest.mark.parametrize("ip", [*INNER, *CARRIED, *PUBLIC])
def test_networks_that_the_operator_named_are_allowed(ip: str) -> None:
    assert is_allowed(ip, parse_networks(["0.0.0.0/0", "::/0"]))


@pytest.mark.parametrize("ip", NEVER)
def test_where_clouds_keep_secrets_and_multicast_are_never_allowed(ip: str) -> None:
    assert not is_allowed(ip, parse_networks(["0.0.0.0/0", "::/0"]))


def test_a_network_allows_itself_alone() -> None:
    networks = parse_networks(["10.20.0.0/16"])
    assert is_allowed("10.20.3.4", networks)
    assert is_allowed("::ffff:10.20.3.4", networks)
    assert not is_allowed("10.21.0.1", networks)
