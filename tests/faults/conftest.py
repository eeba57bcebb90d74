"""An installation of its own: its processes are killed."""

from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig, rig


@pytest.fixture(scope="session")
def killable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Everything running, behind a proxy before Label Studio."""
    with rig(tmp_path_factory.mktemp("faults") / "data") as running:
        yield running
