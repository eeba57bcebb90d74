"""Whether a browser lets Label Studio's pages use an image that lies on another server."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from plugin.labelstudio.gateway import LabelStudioGateway
from tests.stand_ins import running

ORIGIN = "https://label.example.com"
TOKEN = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def answering(status: int, **headers: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server with one answer for everything; its address, and the headers that it was sent."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with running(HTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}", asked


@pytest.mark.parametrize(
    ("consent", "shown"),
    [
        ({}, False),
        ({"Access_Control_Allow_Origin": "*"}, True),
        ({"Access_Control_Allow_Origin": ORIGIN}, True),
        ({"Access_Control_Allow_Origin": "https://other.example.com"}, False),
    ],
)
def test_another_server_must_consent(consent: dict[str, str], shown: bool) -> None:
    with (
        answering(200, **consent) as (bucket, asked),
        answering(303, Location=f"{bucket}/images/one.jpg?signature=made-up") as (url, _),
    ):
        gateway = LabelStudioGateway(url, TOKEN)
        assert gateway.shown_on_pages_of(1, "s3://images/one.jpg", ORIGIN) is shown
        gateway.close()
    assert asked[0]["origin"] == ORIGIN
    assert "authorization" not in asked[0], "Label Studio's token is not for the bucket"


def test_label_studio_itself_needs_no_consent() -> None:
    with answering(200) as (url, asked):
        gateway = LabelStudioGateway(url, TOKEN)
        assert gateway.shown_on_pages_of(1, "/data/upload/1/one.jpg", ORIGIN)
        gateway.close()
    assert TOKEN in asked[0]["authorization"]
