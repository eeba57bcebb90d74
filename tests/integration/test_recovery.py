"""Imports that go wrong half way: completed, not repeated; nothing lost, doubled or left over."""

from contextlib import suppress

import pytest

from plugin.bootstrap import Application
from plugin.domain.errors import LabelStudioError
from plugin.domain.frame import Frame
from plugin.images import FittedImage
from plugin.services.imports.fitting import Fitter
from plugin.services.imports.resuming import MAX_TRIES
from tests.integration.faulty import IMPORT, UPLOAD, FaultyLabelStudio
from tests.integration.importing import (
    add_project,
    keep_frames,
    later,
    orphans_in,
    shots,
    tasks_in,
)

PROJECT = "recovery"
ANY = ""


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


@pytest.fixture
def parts(parts: Application) -> Application:
    add_project(parts, PROJECT)
    return parts


def check_all_there(parts: Application, frames: list[str]) -> None:
    assert tasks_in(parts, PROJECT) == sorted(frames)
    assert parts.spool.pending(PROJECT) == []
    assert parts.import_notes.of_project(PROJECT) == []
    assert sum(batch.size for batch in parts.batches.of_project(PROJECT)) == len(frames)
    assert orphans_in(parts, PROJECT) == set()


@pytest.mark.parametrize("kind", ["lose", "half"])
def test_an_import_whose_answer_was_lost_doubles_nothing(
    parts: Application, proxy: FaultyLabelStudio, kind: str
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(5))
    proxy.add(kind, IMPORT)  # type: ignore[arg-type]
    parts.importer.run(PROJECT)
    assert len(parts.spool.pending(PROJECT)) == 5
    frames += keep_frames(parts, PROJECT, *shots(2, first=5))
    assert parts.importer.run(PROJECT) == 2
    check_all_there(parts, frames)
    assert proxy.count(IMPORT) == 2


@pytest.mark.parametrize("kind", ["lose", "half", "refuse"])
def test_an_upload_that_went_wrong_leaves_no_image_behind(
    parts: Application, proxy: FaultyLabelStudio, kind: str
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(4))
    proxy.add(kind, UPLOAD)  # type: ignore[arg-type]
    parts.importer.run(PROJECT)
    assert len(parts.spool.pending(PROJECT)) == 4
    parts.importer.run(PROJECT)  # looks for tasks, in vain
    assert later(parts, 120).run(PROJECT) == 4
    check_all_there(parts, frames)


def test_an_import_that_may_still_be_under_way_is_not_sent_again_yet(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(1))
    proxy.add("drop", IMPORT)
    parts.importer.run(PROJECT)
    for _ in range(3):
        assert parts.importer.run(PROJECT) == 0
    assert proxy.count(IMPORT) == 1
    assert later(parts, 120).run(PROJECT) == 1
    check_all_there(parts, frames)


def test_a_server_error_is_tried_again_in_halves(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(4))
    proxy.add("refuse", IMPORT, status=500)
    assert parts.importer.run(PROJECT) == 0
    assert parts.importer.run(PROJECT) == 0  # too early
    assert later(parts, 120).run(PROJECT) == 4
    assert proxy.count(IMPORT) == 3
    check_all_there(parts, frames)


def test_what_label_studio_refuses_is_set_aside_and_leaves_no_image(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(8))
    proxy.add("refuse", IMPORT, status=400, body=frames[3], times=99)
    assert parts.importer.run(PROJECT) == 7
    (failed,) = parts.spool.set_aside(PROJECT, "failed")
    assert (failed.frame.frame_id, failed.error) == (frames[3], "Label Studio: 400 spoiled")
    check_all_there(parts, frames[:3] + frames[4:])


def test_a_frame_that_fails_again_and_again_does_not_hold_up_the_others(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(6))
    proxy.add("refuse", IMPORT, status=500, body=frames[0], times=999)
    rounds = 0
    while parts.spool.pending(PROJECT):
        rounds += 1
        frames += keep_frames(parts, PROJECT, f"other-{rounds}")
        later(parts, 120 * rounds).run(PROJECT)
        assert rounds < 15
    (failed,) = parts.spool.set_aside(PROJECT, "failed")
    assert failed.frame.frame_id == frames[0]
    assert failed.error == f"Label Studio: 500 spoiled ({MAX_TRIES} tries)"
    check_all_there(parts, frames[1:])


def test_a_frame_that_ends_the_job_each_time_is_found_and_set_aside(
    parts: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, fit = keep_frames(parts, PROJECT, *shots(4)), Fitter._fit

    def fit_unless_third(self: Fitter, frame: Frame) -> FittedImage:
        if frame.frame_id == frames[2]:
            raise RuntimeError("a bug of ours")
        return fit(self, frame)

    monkeypatch.setattr(Fitter, "_fit", fit_unless_third)
    rounds = 0
    while parts.spool.pending(PROJECT):
        rounds += 1
        with suppress(RuntimeError):
            later(parts, 120 * rounds).run(PROJECT)
        assert rounds < 40
    (failed,) = parts.spool.set_aside(PROJECT, "failed")
    assert failed.frame.frame_id == frames[2]
    assert failed.error == f"its import never comes to an end ({MAX_TRIES} tries)"
    check_all_there(parts, frames[:2] + frames[3:])


def test_a_label_studio_that_takes_nothing_uses_up_nobodys_tries(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(2))
    proxy.add("refuse", r"POST /api/projects/\d+/import", status=500, times=50)
    for round_ in range(20):
        try:
            later(parts, 120 * round_).run(PROJECT)
        except LabelStudioError as error:
            assert error.status == 500
    assert all(note.tries == 0 for note in parts.import_notes.of_project(PROJECT))
    proxy.faults.clear()
    assert later(parts, 9999).run(PROJECT) == 2
    check_all_there(parts, frames)


@pytest.mark.parametrize("status", [401, 429, 503])
def test_frames_stay_pending_while_label_studio_lets_nobody_in(
    parts: Application, proxy: FaultyLabelStudio, status: int
) -> None:
    frames = keep_frames(parts, PROJECT, *shots(3))
    for request in (ANY, UPLOAD, IMPORT):
        proxy.faults.clear()
        headers = {"Retry-After": "7"}
        proxy.add("refuse", request, status=status, times=1, headers=headers)
        with pytest.raises(LabelStudioError, match=str(status)) as raised:
            parts.importer.run(PROJECT)
        assert raised.value.retry_after == 7
    proxy.faults.clear()
    assert parts.importer.run(PROJECT) == 3
    check_all_there(parts, frames)
