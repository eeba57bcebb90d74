"""The whole installation, once for all tests of this folder: every process real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.bootstrap import Application
from plugin.demo.installation import Installation, set_up
from plugin.demo.processes import Processes
from plugin.demo.state import State
from tests.integration.faulty import FaultyLabelStudio, faulty
from tests.integration.importing import parts_on, remove_batches
from tests.integration.reviewing import Colleague


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Redis, Label Studio, webhook server, worker and scheduler, running."""
    data: Path = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch, Processes(data) as processes:
        for name in ("REDIS_URL", "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
            patch.delenv(name, raising=False)
        running = set_up(processes, State(ports={"redis": 0, "label_studio": 0, "webhook": 0}))
        yield running
        running.application.close()


@pytest.fixture(scope="session")
def ann(installation: Installation) -> Iterator[Colleague]:
    """Somebody who reviews."""
    yield from _colleague(installation, "ann.reviews@example.com")


@pytest.fixture(scope="session")
def ben(installation: Installation) -> Iterator[Colleague]:
    """Somebody else who does."""
    yield from _colleague(installation, "ben.reviews@example.com")


def _colleague(installation: Installation, email: str) -> Iterator[Colleague]:
    found = Colleague(installation.application.label_studio, email)
    yield found
    found.gateway.close()


@pytest.fixture
def proxy(installation: Installation) -> Iterator[FaultyLabelStudio]:
    """What stands before Label Studio and spoils some of its answers, where tests ask for it."""
    with faulty(installation.application.config.label_studio_url) as server:
        yield server


@pytest.fixture
def changes() -> dict[str, str]:
    """How the configuration of `parts` differs from the installation's: tests say their own."""
    return {}


@pytest.fixture
def parts(
    installation: Installation, tmp_path: Path, redis_url: str, changes: dict[str, str]
) -> Iterator[Application]:
    """Parts of their own with nothing in Redis; afterwards Label Studio is as it was."""
    with parts_on(installation, tmp_path, redis_url, **changes) as application:
        application.redis.flushdb()
        yield application
        remove_batches(installation, *application.history.projects())
