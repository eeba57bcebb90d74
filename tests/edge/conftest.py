"""A client and a server that fails on demand, both on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.client import ActiveLearningClient, Options
from tests.edge.loopback import KEY, Loopback

MakeClient = Callable[..., ActiveLearningClient]

FAST: dict[str, Any] = {
    "first_wait": 0.01, "longest_wait": 0.05, "refresh": 0.05, "report_every": 0.05, "timeout": 5.0,
}  # fmt: skip
"""Times short enough for tests; nothing asserts on them."""


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A running server with the rules of `tests.samples.settings`."""
    state = Loopback()
    with state.running():
        yield state


@pytest.fixture
def away() -> Loopback:
    """A server that is not running yet; its port is known."""
    state = Loopback()
    with state.running():
        return state


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """Makes clients of the project `parts`, closed at the end; keywords are options."""
    made: list[ActiveLearningClient] = []

    def make(server: Loopback, key: str = KEY, **options: Any) -> ActiveLearningClient:
        chosen = Options(**(FAST | options))
        client = ActiveLearningClient(
            server.url, key, project="parts", spool=tmp_path / "spool", options=chosen
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close(timeout=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the first client of `make_client` keeps what it has."""
    return tmp_path / "spool/parts/0"
