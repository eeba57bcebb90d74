"""Requests to Label Studio are counted where they leave, by how they end."""

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from plugin.demo.processes import free_port
from plugin.labelstudio.counting import CountingClient
from tests.stand_ins import running


class _Server(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.removeprefix("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with running(HTTPServer(("127.0.0.1", 0), _Server)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_every_request_counts_once_by_its_status(server: str) -> None:
    counted: Counter[str] = Counter()
    with CountingClient(lambda outcome: counted.update([outcome])) as client:
        for status in (200, 201, 404, 500, 500):
            assert client.get(f"{server}/{status}").status_code == status
        with pytest.raises(httpx.ConnectError):
            client.get(f"http://127.0.0.1:{free_port(0)}/")
    assert counted == {"ok": 2, "404": 1, "500": 2, "no_answer": 1}
