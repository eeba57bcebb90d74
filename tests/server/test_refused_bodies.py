"""Bodies that are refused while they still come in, by a server as it runs."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from redis import Redis

from tests.samples import settings
from tests.served import Served, served
from tests.server.test_events import PATH

CHUNK = b"x" * 100_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Served]:
    with Redis.from_url(redis_url) as client:
        client.flushdb()
    folder: Path = tmp_path_factory.mktemp("served")
    with served(folder, redis_url, settings(), LSAL_MAX_BODY_MB="1") as running:
        yield running


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param(PATH, {}, 413, id="too much, and nobody said how much"),
        pytest.param(PATH, {"Content-Length": "3000000"}, 413, id="too much"),
        pytest.param(PATH, {"Content-Encoding": "gzip"}, 400, id="no gzip"),
        pytest.param(PATH, {"Content-Encoding": "br"}, 415, id="another encoding"),
        pytest.param("/v1/projects/parts/counts", {}, 413, id="a long report"),
        pytest.param(PATH, {"Authorization": "Bearer no"}, 401, id="no key"),
    ],
)
def test_who_still_sends_hears_why(
    server: Served, path: str, headers: dict[str, str], status: int
) -> None:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    sent = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"} | headers
    with closing(connection):
        connection.request("POST", path, iter([CHUNK] * 30), sent)
        answer = connection.getresponse()
        assert answer.status == status
        assert msgspec.json.decode(answer.read())["status"] == status
