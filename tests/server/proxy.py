"""A Redis that goes away and comes back: a proxy before the real one, on loopback."""

import select
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.stand_ins import running


class Proxy(socketserver.ThreadingTCPServer):
    """Passes bytes on; while `refusing` it cuts connections, with `losing` it loses one answer."""

    daemon_threads = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.target = target
        self.refusing = False
        self.losing = False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server_address[1]}/0"


class _Pass(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with create_connection(self.server.target) as upstream:
            other = {self.request: upstream, upstream: self.request}
            while True:
                for ready in select.select(list(other), [], [])[0]:
                    data = ready.recv(65_536)
                    if not data or self.server.refusing:
                        return
                    if ready is upstream and self.server.losing:
                        self.server.losing = False
                        return
                    other[ready].sendall(data)


@contextmanager
def proxy(redis_url: str) -> Iterator[Proxy]:
    """A proxy before the Redis at this address."""
    target = urlsplit(redis_url)
    with running(Proxy((target.hostname or "", target.port or 0))) as server:
        yield server


@contextmanager
def without_retries(url: str) -> Iterator[Redis]:
    """A client that says at once when Redis is away."""
    retry = Retry(NoBackoff(), 0)
    with Redis.from_url(url, decode_responses=True, retry=retry) as client:
        yield client
