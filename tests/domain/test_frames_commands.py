"""`lsal frames`, as typed."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.config import Config
from plugin.domain.frame import NO_IMAGE, Frame, ImageInfo, Reservation, frame_id
from plugin.domain.prediction import Prediction
from plugin.stores.frames.spool import image_key
from tests.samples import NOW, settings

PROJECT = "parts"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A frame in each state; no Redis and no Label Studio."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORE_URL", str(tmp_path / "store"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("LSAL_LOG_LEVEL", "ERROR")
    parts = Application(Config())
    parts.history.add(settings(), "test", NOW)
    for event_id in ("waits", "broken", "worse"):
        parts.spool.add(frame(event_id), b"an image")
    parts.spool.mark_failed(frame("broken"), "Label Studio: 400 no such label", NOW)
    parts.spool.mark_failed(frame("worse"), "cut short", NOW)
    parts.spool.mark_missing(frame("gone"), "camera.example.com: 404", NOW)
    parts.reservations.add(Reservation(frame("coming"), "d", NOW + timedelta(minutes=10)))
    return parts


def frame(event_id: str) -> Frame:
    identifier = frame_id(PROJECT, event_id)
    image = ImageInfo(image_key(PROJECT, identifier, "jpg"), "image/jpeg", "", 640, 480, 8)
    return Frame(
        frame_id=identifier, project=PROJECT, event_id=event_id, deployment="line-1",
        captured_at=NOW, received_at=NOW, period="2026-11-23",
        image=NO_IMAGE if event_id == "coming" else image, prediction=Prediction(640, 480),
    )  # fmt: skip


def lsal(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["frames", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def listed(*arguments: str) -> list[tuple[str, str]]:
    lines = lsal(PROJECT, "--json", *arguments).splitlines()
    return sorted((each["state"], each["event_id"]) for each in map(json.loads, lines))


@pytest.mark.usefixtures("app")
def test_a_frame_that_is_two_tasks_is_listed(app: Application) -> None:
    twice = frame("twice")
    app.spool.add(twice, b"an image")
    app.spool.mark_all_imported("2026-11-23", [(twice, 7)], NOW)
    app.doubts.note(PROJECT, "2026-11-23", [twice.frame_id], NOW)
    assert listed("--state", "doubled") == []
    (doubt,) = app.doubts.of_project(PROJECT)
    app.doubts.replace(msgspec.structs.replace(doubt, both=(twice.frame_id,)))
    assert listed("--state", "doubled") == [("doubled", "twice")]
    assert "two tasks in batch 2026-11-23 hold somebody's work" in lsal(PROJECT)


EVERYTHING = [
    ("awaiting", "coming"),
    ("failed", "broken"),
    ("failed", "worse"),
    ("missing", "gone"),
    ("pending", "waits"),
]


@pytest.mark.usefixtures("app")
def test_frames_that_are_no_tasks_yet_are_listed_by_state() -> None:
    assert listed() == EVERYTHING
    for state in ("pending", "failed", "missing", "awaiting"):
        assert listed("--state", state) == [each for each in EVERYTHING if each[0] == state]


@pytest.mark.usefixtures("app")
def test_a_line_says_what_went_wrong() -> None:
    said = lsal(PROJECT, "--state", "missing")
    identifier = frame_id(PROJECT, "gone")
    assert said == (
        f"missing  {identifier}  2026-11-23T12:00:00+00:00  line-1  gone  camera.example.com: 404\n"
    )


def test_one_frame_is_put_back_to_work(app: Application) -> None:
    said = lsal("retry", PROJECT, frame_id(PROJECT, "broken"))
    assert said == "1 frames wait for their import again\n"
    assert listed("--state", "failed") == [("failed", "worse")]
    assert listed("--state", "pending") == [("pending", "broken"), ("pending", "waits")]
    (again,) = app.spool.frames(PROJECT, [frame_id(PROJECT, "broken")])
    assert again == frame("broken")
    assert app.spool.image(again) == b"an image"


@pytest.mark.usefixtures("app")
def test_all_that_failed_are_put_back_to_work() -> None:
    assert lsal("retry", PROJECT, "--all") == "2 frames wait for their import again\n"
    assert listed("--state", "failed") == []
    assert lsal("retry", PROJECT, "--all") == "0 frames wait for their import again\n"


@pytest.mark.usefixtures("app")
def test_a_frame_without_its_image_is_to_be_posted_again() -> None:
    said = lsal("retry", PROJECT, frame_id(PROJECT, "gone"), frame_id(PROJECT, "broken"), code=1)
    assert said.startswith("1 frames wait for their import again\n")
    assert "post its event again" in said


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("arguments", [("retry", PROJECT), ("retry", PROJECT, "ab", "--all")])
def test_what_to_retry_is_said_once(arguments: tuple[str, ...]) -> None:
    assert "name the frames to retry, or --all" in lsal(*arguments, code=2)


@pytest.mark.usefixtures("app")
def test_what_is_not_there_is_named() -> None:
    said = lsal("retry", PROJECT, "0123", code=1)
    assert "FRAME_ID: '0123', expected a failed frame of parts (see `lsal frames parts`)" in said
    assert "no project" in lsal("nothing", code=1)
