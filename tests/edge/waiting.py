"""Waiting for what another thread does."""

from collections.abc import Callable

from plugin.client import ActiveLearningClient
from tests.edge.conftest import MakeClient
from tests.edge.loopback import Loopback
from tests.waiting import wait_for


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so; give up after a time that only a defect needs."""
    wait_for(condition, "what the client does", seconds=20, pause=0.01)


def with_rules(client: ActiveLearningClient) -> ActiveLearningClient:
    """The client, once it knows the rules."""
    wait_until(lambda: client.stats().rules_version)
    return client


def knowing(server: Loopback, make_client: MakeClient, **options: object) -> ActiveLearningClient:
    """A client that got the rules of a server which is away now."""
    with server.running():
        return with_rules(make_client(server, **options))
