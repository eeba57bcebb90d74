"""Images by address: what is fetched, what is refused for good, what may be asked for again."""

import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from plugin.domain.errors import FetchRefusedError, UnavailableError
from tests.server.fetch_server import CAMERA, IMAGE, OTHER, Names, Server, fetcher, serving, url


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def test_an_image_is_fetched_and_the_host_is_asked_by_its_name(server: Server) -> None:
    assert fetcher().fetch(url(server, "image?a=1&b=2#part")) == IMAGE
    assert server.asked == [f"{CAMERA}:{server.port} /image?a=1&b=2"]


@pytest.mark.parametrize("path", ["untyped", "image?type=binary/octet-stream"])
def test_a_server_that_says_no_type_is_believed_for_now(server: Server, path: str) -> None:
    assert fetcher().fetch(url(server, path)) == IMAGE


def test_the_environments_proxies_are_not_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetcher().fetch(url(server)) == IMAGE


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("image?status=404", id="not there"),
        pytest.param("image?status=410", id="gone"),
        pytest.param("image?status=403", id="forbidden"),
        pytest.param("image?status=204", id="nothing"),
        pytest.param("image?status=302", id="a redirect to nowhere"),
        pytest.param("image?type=text/html", id="a page"),
        pytest.param("image?type=multipart/x-mixed-replace;boundary=x", id="a stream"),
        pytest.param("image?encoding=gzip", id="compressed"),
        pytest.param("endless", id="without end"),
    ],
)
def test_what_will_never_be_an_image_is_refused_for_good(server: Server, path: str) -> None:
    with pytest.raises(FetchRefusedError) as caught:
        fetcher().fetch(url(server, path))
    assert caught.value.host == CAMERA


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_in_trouble_may_be_asked_again(server: Server, status: int) -> None:
    with pytest.raises(UnavailableError, match=str(status)):
        fetcher().fetch(url(server, f"image?status={status}"))


@pytest.mark.parametrize("path", ["cut", "nonsense"])
def test_a_broken_answer_may_be_whole_later(server: Server, path: str) -> None:
    with pytest.raises(UnavailableError):
        fetcher().fetch(url(server, path))


def test_too_large_is_refused_and_as_large_as_allowed_is_not(server: Server) -> None:
    assert fetcher(max_bytes=len(IMAGE)).fetch(url(server)) == IMAGE
    with pytest.raises(FetchRefusedError, match=f"more than {len(IMAGE) - 1} bytes"):
        fetcher(max_bytes=len(IMAGE) - 1).fetch(url(server))


@pytest.mark.parametrize("path", ["drip", "drip_headers"])
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, path: str) -> None:
    """Without a deadline this test would never end: each byte comes in time."""
    with pytest.raises(UnavailableError, match="too long"):
        fetcher(timeout=0.3).fetch(url(server, path))


def test_nobody_there_may_be_there_later() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(UnavailableError, match=CAMERA):
            fetcher().fetch(f"http://{CAMERA}:{port}/image")


def test_the_next_address_is_tried_when_the_first_does_not_answer(server: Server) -> None:
    names = Names(camera=[["127.0.0.2", "127.0.0.1"]])
    assert fetcher(resolver=names).fetch(url(server)) == IMAGE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_to_another_host(server: Server, status: int) -> None:
    target = quote(url(server, host=OTHER))
    assert fetcher().fetch(url(server, f"redirect?status={status}&to={target}")) == IMAGE
    assert server.asked[-1] == f"{OTHER}:{server.port} /image"


def chain(server: Server, redirects: int) -> str:
    path = "/image"
    for _ in range(redirects):
        path = f"/redirect?to={quote(path, safe='')}"
    return url(server, path[1:])


def test_three_redirects_are_followed_and_a_fourth_is_not(server: Server) -> None:
    assert fetcher().fetch(chain(server, 3)) == IMAGE
    with pytest.raises(FetchRefusedError, match="more than 3 redirects"):
        fetcher().fetch(chain(server, 4))
    assert len(server.asked) == 4 + 4


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("http://elsewhere.example.net/x.jpg", id="a host that is not listed"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("ftp://camera.example.com/x", id="another scheme"),
        pytest.param("http://user:pw@camera.example.com/", id="a user name"),
        pytest.param("http://127.0.0.1/", id="an address in the place of a name"),
        pytest.param("http://[broken/", id="no address"),
    ],
)
def test_a_redirect_is_checked_as_the_first_address_was(server: Server, target: str) -> None:
    names = Names()
    with pytest.raises(FetchRefusedError):
        fetcher(resolver=names).fetch(url(server, f"redirect?to={quote(target)}"))
    assert names.asked == [CAMERA]
