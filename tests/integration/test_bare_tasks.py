"""On SQLite, Label Studio makes tasks without their predictions when its database was locked.

It tries such a call once more by itself, and has taken the predictions out of it by then; the
answer is 201. A proxy does that here: whether the real one does is a matter of milliseconds.
"""

import pytest

from plugin.bootstrap import Application
from tests.integration.faulty import IMPORT, FaultyLabelStudio
from tests.integration.importing import add_project, keep_frames, shots, tasks_in

PROJECT = "bare"
DRAWING = r"POST /api/projects/\d+/import/predictions"


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


@pytest.fixture
def parts(parts: Application) -> Application:
    add_project(parts, PROJECT)
    return parts


def drawn(parts: Application) -> list[int]:
    """How many boxes each task shows, of the model's."""
    [batch] = parts.batches.of_project(PROJECT)
    label_studio = parts.label_studio
    tasks = [ids[0] for ids in label_studio.frames_of(batch.label_studio_id).values()]
    return [
        sum(len(each["result"]) for each in label_studio.task(task)["predictions"])
        for task in tasks
    ]


def test_what_its_answer_shows_to_be_missing_is_drawn(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(3))
    proxy.add("bare", IMPORT)
    assert parts.importer.run(PROJECT) == 3
    assert tasks_in(parts, PROJECT) == sorted(frames)
    assert drawn(parts) == [1, 1, 1]
    assert proxy.count(DRAWING) == 1


def test_what_is_missing_when_its_answer_was_lost_is_drawn(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(3))
    proxy.add("bare", IMPORT)
    proxy.add("drop", DRAWING)  # nor does it draw them at once
    assert parts.importer.run(PROJECT) == 0
    assert drawn(parts) == [0, 0, 0]
    parts.importer.run(PROJECT)
    assert parts.spool.pending(PROJECT) == []
    assert tasks_in(parts, PROJECT) == sorted(frames)
    assert drawn(parts) == [1, 1, 1]


def test_what_is_there_is_not_drawn_twice(parts: Application, proxy: FaultyLabelStudio) -> None:
    keep_frames(parts, PROJECT, *shots(2))
    proxy.add("lose", IMPORT)
    assert parts.importer.run(PROJECT) == 0
    parts.importer.run(PROJECT)
    assert drawn(parts) == [1, 1]
    assert proxy.count(DRAWING) == 0
