"""How frames are dealt to calls where their images are written beside the imports."""

import pytest

from plugin.bootstrap import Application
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.services.imports.importing import FIRST
from tests.integration.faulty import IMPORT, FaultyLabelStudio
from tests.integration.importing import add_project, keep_frames, orphans_in, shots, tasks_in

PROJECT = "import-calls"


@pytest.fixture
def changes(installation: Installation, proxy: FaultyLabelStudio) -> dict[str, str]:
    media = str(installation.processes.data / programs.MEDIA)
    return {"LABEL_STUDIO_URL": proxy.url, "LSAL_MEDIA": media}


def test_the_first_of_many_calls_is_small_and_may_be_done_late(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    add_project(parts, PROJECT)
    frames = keep_frames(parts, PROJECT, *shots(125))
    proxy.add("keep", IMPORT)  # its answer does not come: the others go on
    assert parts.importer.run(PROJECT) == 125 - FIRST
    assert proxy.count(IMPORT) == 3
    proxy.release()
    assert parts.importer.run(PROJECT) == 0
    assert tasks_in(parts, PROJECT) == sorted(frames)
    assert parts.spool.pending(PROJECT) == []
    assert orphans_in(parts, PROJECT) == set()
    assert proxy.count(IMPORT) == 3
    assert keep_frames(parts, PROJECT, "one-more")
    assert parts.importer.run(PROJECT) == 1
    assert proxy.count(IMPORT) == 4
