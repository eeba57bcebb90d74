"""Images by address: which addresses of which names are connected to, and by what name."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from plugin.domain.errors import FetchRefusedError, InvalidInputError, UnavailableError
from plugin.fetching import ImageFetcher
from tests.server.fetch_server import CAMERA, IMAGE, OTHER, Names, Server, fetcher, serving, url


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def test_a_redirect_to_a_name_of_a_private_address_is_refused(server: Server) -> None:
    names = Names(other=[["10.0.0.1"]])
    target = quote(url(server, host=OTHER))
    with pytest.raises(FetchRefusedError, match=r"10\.0\.0\.1"):
        fetcher(resolver=names).fetch(url(server, f"redirect?to={target}"))
    assert len(server.asked) == 1


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "::ffff:7f00:1"])
def test_a_name_of_a_private_address_is_refused_without_a_connection(
    server: Server, ip: str
) -> None:
    with pytest.raises(FetchRefusedError, match="LSAL_IMAGE_NETWORKS"):
        fetcher(networks=(), resolver=Names(camera=[[ip]])).fetch(url(server))
    assert server.asked == []


def test_a_name_of_nothing_is_refused_and_one_that_is_not_known_may_be_later(
    server: Server,
) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchRefusedError):
        fetcher(resolver=Names(camera=[[]])).fetch(url(server))
    with pytest.raises(UnavailableError, match="not known"):
        fetcher(resolver=unknown).fetch(url(server))


def test_a_name_that_means_something_else_a_moment_later_changes_nothing(server: Server) -> None:
    """DNS rebinding: the first answer is allowed, every later one is ours alone."""
    networks = ("127.0.0.1/32",)
    names = Names(camera=[["127.0.0.1"], ["127.0.0.2"]])
    with serving("127.0.0.2") as private:
        assert fetcher(resolver=names, networks=networks).fetch(url(server)) == IMAGE
        assert names.asked == [CAMERA]
        again = f"http://{CAMERA}:{private.port}/image"
        with pytest.raises(FetchRefusedError, match=r"127\.0\.0\.2"):
            fetcher(resolver=names, networks=networks).fetch(again)
        assert private.asked == []


def test_of_several_addresses_only_those_allowed_are_connected_to(server: Server) -> None:
    names = Names(camera=[["127.0.0.2", "127.0.0.1"]])
    with serving("127.0.0.2") as private:
        port = private.port
        with pytest.raises(UnavailableError):
            fetcher(resolver=names, networks=("127.0.0.1/32",)).fetch(
                f"http://{CAMERA}:{port}/image"
            )
        assert private.asked == []


def test_the_systems_resolver_is_asked_where_no_other_is_given(server: Server) -> None:
    plain = ImageFetcher(("localhost",), ("127.0.0.0/8", "::1/128"), 1_000_000)
    assert plain.fetch(url(server, host="localhost")) == IMAGE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hosts": ("*",)}, "LSAL_IMAGE_HOSTS"),
        ({"hosts": ("https://camera.example.com",)}, "LSAL_IMAGE_HOSTS"),
        ({"networks": ("10.0.0.1/8",)}, "LSAL_IMAGE_NETWORKS"),
        ({"networks": ("cameras",)}, "LSAL_IMAGE_NETWORKS"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        fetcher(**changes)
    assert caught.value.errors[0].field == field


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the camera's name, signed by itself, and its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    assert openssl, "these tests need openssl"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={CAMERA}",
         "-addext", f"subjectAltName=DNS:{CAMERA}",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())
    return both


def test_a_certificate_must_be_the_names_though_the_address_is_connected_to(
    certificate: Path,
) -> None:
    serves = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serves.load_cert_chain(certificate)
    named: list[str] = []
    serves.sni_callback = lambda _socket, name, _context: named.append(name)
    trusts = ssl.create_default_context(cafile=certificate)
    with serving(tls=serves) as server:
        secure = fetcher(ssl_context=trusts)
        assert secure.fetch(f"https://{CAMERA}:{server.port}/image") == IMAGE
        with pytest.raises(UnavailableError, match="certificate"):
            secure.fetch(f"https://{OTHER}:{server.port}/image")
        with pytest.raises(UnavailableError, match="certificate"):
            fetcher().fetch(f"https://{CAMERA}:{server.port}/image")
    assert named == [CAMERA, OTHER, CAMERA]
