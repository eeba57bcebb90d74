"""Imports that Label Studio does long after it hung up, and after they were sent again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.clock import utc_now
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.services.imports.resuming import MAX_TRIES
from plugin.stores.frames.doubts import LOOKS_AFTER
from tests.integration.faulty import IMPORT, UPLOAD, FaultyLabelStudio
from tests.integration.importing import add_project, keep_frames, later, orphans_in, shots, tasks_in
from tests.integration.reviewing import Colleague

PROJECT = "late-imports"
RESENT = 120.0
FIRST, LAST = (RESENT + wait.total_seconds() + 1 for wait in LOOKS_AFTER)


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


@pytest.fixture
def parts(parts: Application) -> Application:
    add_project(parts, PROJECT)
    return parts


def send_twice(
    parts: Application, proxy: FaultyLabelStudio, request: str, number: int
) -> list[str]:
    """Frames that were sent again, and that Label Studio does now for the second time."""
    frames = keep_frames(parts, PROJECT, *shots(number))
    proxy.add("keep", request)
    parts.importer.run(PROJECT)
    assert parts.importer.run(PROJECT) == 0, "it looks for the tasks, in vain"
    assert later(parts, RESENT).run(PROJECT) == number
    proxy.release()
    return frames


def copies(parts: Application, frames: Sequence[str]) -> list[list[int]]:
    """The tasks of each frame, those that we know of first."""
    there = parts.label_studio.frames_of(only_batch(parts).label_studio_id)
    return [there[each] for each in frames]


def only_batch(parts: Application) -> Batch:
    (batch,) = parts.batches.of_project(PROJECT)
    return batch


def known(parts: Application, frames: Sequence[str]) -> list[int]:
    """The task of each frame, as the Store says in its two places."""
    batch = only_batch(parts)
    listed = {each.frame_id: each.id for each in parts.batches.tasks(batch)}
    imported = parts.spool.imported_frames(PROJECT, frames)
    assert {each: imported[each].task_id for each in frames} == listed
    assert batch.size == len(parts.batches.tasks(batch))
    return [listed[each] for each in frames]


@pytest.mark.parametrize("request_", [IMPORT, UPLOAD], ids=["import", "upload"])
def test_what_is_done_late_is_undone(
    parts: Application, proxy: FaultyLabelStudio, request_: str
) -> None:
    frames = send_twice(parts, proxy, request_, 3)
    doubled = request_ == IMPORT
    assert len(tasks_in(parts, PROJECT)) == (6 if doubled else 3)
    assert doubled or len(orphans_in(parts, PROJECT)) == 3
    before = known(parts, frames)

    assert later(parts, RESENT).run(PROJECT) == 0, "too early for a look"
    assert len(tasks_in(parts, PROJECT)) == (6 if doubled else 3)
    assert "import" not in parts.requester.run(PROJECT)
    at_its_time = replace(parts.requester, clock=lambda: utc_now() + timedelta(seconds=FIRST))
    assert "import" in at_its_time.run(PROJECT), "the sweep asks for the look"
    later(parts, FIRST).run(PROJECT)

    assert tasks_in(parts, PROJECT) == sorted(frames)
    assert orphans_in(parts, PROJECT) == set()
    assert known(parts, frames) == before
    for each in parts.label_studio.images_of(only_batch(parts).label_studio_id):
        assert parts.label_studio.image(only_batch(parts).label_studio_id, each)
    assert parts.doubts.of_project(PROJECT), "it looks once more"
    later(parts, LAST).run(PROJECT)
    assert parts.doubts.of_project(PROJECT) == []
    assert tasks_in(parts, PROJECT) == sorted(frames)


def test_nobodys_work_is_removed(
    parts: Application, proxy: FaultyLabelStudio, ann: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = send_twice(parts, proxy, IMPORT, 6)
    ours, late = map(list, zip(*copies(parts, frames), strict=True))
    assert known(parts, frames) == ours
    given = parts.assigner.assign(only_batch(parts), [Wish(ann.email, 1)], shuffle=False)
    assert given.shares[0].tasks == (ours[0],)
    ann.finish(late[1])
    ann.begin(late[2])
    ann.skip(ours[3])
    ann.finish(ours[4])
    ann.begin(late[4])

    later(parts, FIRST).run(PROJECT)

    stays = [[ours[0]], [late[1]], [late[2]], [ours[3]], [ours[4], late[4]], [ours[5]]]
    assert copies(parts, frames) == stays
    assert known(parts, frames) == [ours[0], late[1], late[2], *ours[3:]]
    assert orphans_in(parts, PROJECT) == set()
    later(parts, LAST).run(PROJECT)
    monkeypatch.setenv("STORE_URL", parts.config.store_url)
    found = CliRunner().invoke(main, ["frames", PROJECT, "--state", "doubled"])
    assert [line.split()[1] for line in found.output.splitlines()] == [frames[4]], found.output

    ann.delete_task(late[4])
    later(parts, LAST + 3601).run(PROJECT)
    assert parts.doubts.of_project(PROJECT) == []
    assert copies(parts, frames) == [*stays[:4], [ours[4]], stays[5]]


def test_what_was_set_aside_is_no_task_unless_somebody_works_on_it(
    parts: Application, proxy: FaultyLabelStudio, ann: Colleague
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(3))
    proxy.add("keep", IMPORT)
    parts.importer.run(PROJECT)
    assert parts.importer.run(PROJECT) == 0
    for note in parts.import_notes.of_project(PROJECT):
        parts.import_notes.replace(msgspec.structs.replace(note, tries=MAX_TRIES))
    later(parts, RESENT).run(PROJECT)
    assert sorted(parts.spool.failed_ids(PROJECT)) == sorted(frames)
    proxy.release()
    ann.begin(copies(parts, frames)[1][0])
    assert parts.retrier.retry(PROJECT, frames[2:]).frames == 1
    later(parts, FIRST).run(PROJECT)

    assert tasks_in(parts, PROJECT) == sorted(frames[1:])
    assert parts.spool.failed_ids(PROJECT) == frames[:1]
    assert known(parts, frames[1:]) == [task for (task,) in copies(parts, frames[1:])]
    # The third was sent anew: its late task had no image any more.
    again = parts.label_studio.task(copies(parts, frames[2:])[0][0])
    assert parts.label_studio.image(only_batch(parts).label_studio_id, again["data"]["image"])
    assert orphans_in(parts, PROJECT) == set()
