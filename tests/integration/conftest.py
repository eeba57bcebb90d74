"""The whole installation, once for all tests of this folder: every process real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.demo.installation import Installation, set_up
from plugin.demo.processes import Processes
from plugin.demo.state import State


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
