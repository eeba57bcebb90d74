"""The demo's simulated camera: repeatable, and like a camera."""

import os
from io import BytesIO
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from plugin.demo.camera import LONGEST_SCENE, PHOTOS, SHORTEST_SCENE, SIZES, Shot, shots

CACHE = Path(os.environ.get("LSAL_CACHE_DIR", Path(__file__).resolve().parents[2] / ".cache"))
PHOTO_FOLDER = CACHE / "photos" / "skimage" / "data"

COUNT = 120


@pytest.fixture(scope="module")
def stream() -> list[Shot]:
    return list(shots(PHOTO_FOLDER, COUNT))


def thumbnail(shot: Shot) -> NDArray[np.float64]:
    """32 x 24 grey levels with their mean taken away, so that a change of light counts little."""
    with Image.open(BytesIO(shot.jpeg)) as image:
        grey = np.asarray(image.convert("L").resize((32, 24)), dtype=np.float64)
    grey -= grey.mean()
    return grey


def test_the_same_shots_on_every_run(stream: list[Shot]) -> None:
    again = list(shots(PHOTO_FOLDER, 40))
    assert again == stream[:40]


def test_numbers_count_from_zero(stream: list[Shot]) -> None:
    assert [shot.number for shot in stream] == list(range(COUNT))


def test_no_shots_asked_for() -> None:
    assert list(shots(PHOTO_FOLDER, 0)) == []


def test_each_shot_is_a_jpeg_of_the_size_it_names(stream: list[Shot]) -> None:
    for shot in stream:
        with Image.open(BytesIO(shot.jpeg)) as image:
            size = shot.width, shot.height
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
        assert size in SIZES


def test_most_jpegs_are_as_large_as_a_camera_s(stream: list[Shot]) -> None:
    kilobytes = np.array([len(shot.jpeg) for shot in stream]) / 1000
    assert np.mean((kilobytes > 40) & (kilobytes < 220)) > 0.9


def test_scenes_are_runs_of_one_photo_and_all_photos_come_up(stream: list[Shot]) -> None:
    runs = [(photo, len(list(run))) for photo, run in groupby(stream, key=lambda shot: shot.photo)]
    assert {photo for photo, _ in runs} == set(PHOTOS)
    # The last run may be cut short by the count.
    assert all(SHORTEST_SCENE <= length <= LONGEST_SCENE for _, length in runs[:-1])


def test_neighbours_in_a_scene_look_alike_and_cuts_do_not(stream: list[Shot]) -> None:
    within: list[float] = []
    across: list[float] = []
    for one, other in pairwise(stream):
        alike = np.corrcoef(thumbnail(one).ravel(), thumbnail(other).ravel())[0, 1]
        (within if one.photo == other.photo else across).append(float(alike))
    assert np.median(within) > 0.85
    assert np.median(across) < 0.4


def test_light_changes_from_scene_to_scene(stream: list[Shot]) -> None:
    brightness = []
    for shot in stream[::10]:
        with Image.open(BytesIO(shot.jpeg)) as image:
            brightness.append(float(np.asarray(image.convert("L")).mean()))
    assert max(brightness) > 2 * min(brightness)


def test_a_missing_photo_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"astronaut\.png"):
        next(shots(tmp_path, 1))
