"""The demo's detector: the real one from npm, and the recorded one where that cannot run."""

import os
import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plugin.demo import model_files
from plugin.demo.camera import Shot, shots
from plugin.demo.detector import Detected, Detector, box_iou, non_max_suppression, ssd_anchors
from plugin.demo.model import open_model
from plugin.demo.model_files import (
    CLASSES,
    LABELS_NAME,
    MODEL_NAME,
    DetectorUnavailable,
    fetch_model,
)
from plugin.demo.recorded import RecordedDetector

CACHE = Path(os.environ.get("LSAL_CACHE_DIR", Path(__file__).resolve().parents[2] / ".cache"))
PHOTOS = CACHE / "photos" / "skimage" / "data"


@pytest.fixture(scope="module")
def folder() -> Path:
    if shutil.which("npm") is None and not (CACHE / "detector").is_dir():
        pytest.skip("no npm, and no model in the cache")
    return fetch_model(CACHE)


@pytest.fixture(scope="module")
def detector(folder: Path) -> Detector:
    return Detector(folder)


@pytest.fixture
def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm to be written by the test, the only one on the PATH."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return program


def photo(name: str) -> Image.Image:
    with Image.open(PHOTOS / f"{name}.png") as image:
        return image.copy()


def iou(one: Detected, corners: tuple[float, float, float, float]) -> float:
    return float(box_iou(np.array([one.xyxy, corners], dtype=np.float32))[0, 1])


# ---- the real detector ----


def test_label_map_holds_the_classes(folder: Path) -> None:
    background, *labels = (folder / LABELS_NAME).read_text().splitlines()
    assert background == "???"
    assert tuple(labels) == CLASSES


def test_finds_the_cat(detector: Detector) -> None:
    cat = detector.predict(photo("chelsea"))[0]
    assert cat.label == "Cat"
    assert cat.confidence > 0.6
    assert iou(cat, (5, 0, 424, 300)) > 0.85


@pytest.mark.parametrize(
    ("name", "label", "corners"),
    [
        ("astronaut", "Person", (20, 15, 364, 507)),
        ("coffee", "Coffee cup", (174, 20, 420, 324)),
        ("camera", "Person", (5, 46, 302, 512)),
    ],
    ids=["colour-person", "cup", "grey-person"],
)
def test_finds_what_is_in_the_other_photos(
    detector: Detector, name: str, label: str, corners: tuple[float, float, float, float]
) -> None:
    best = detector.predict(photo(name))[0]
    assert best.label == label
    assert iou(best, corners) > 0.8


def test_boxes_follow_the_size_of_the_image(detector: Detector) -> None:
    image = photo("chelsea")
    best = detector.predict(image)[0]
    double = detector.predict(image.resize((image.width * 2, image.height * 2)))[0]
    left, top, right, bottom = (corner * 2 for corner in best.xyxy)
    assert iou(double, (left, top, right, bottom)) > 0.95


def test_answers_are_sorted_clipped_and_above_the_threshold(detector: Detector) -> None:
    for shot in islice(shots(PHOTOS, 40), 0, None, 4):
        found = detector.detect(shot)
        confidences = [one.confidence for one in found]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0.25 <= confidence <= 1 for confidence in confidences)
        for x1, y1, x2, y2 in (one.xyxy for one in found):
            assert 0 <= x1 < x2 <= shot.width
            assert 0 <= y1 < y2 <= shot.height


def test_nothing_in_an_empty_image(detector: Detector) -> None:
    assert detector.predict(Image.new("L", (640, 480), 128)) == []


def test_the_recording_says_what_the_detector_says(detector: Detector) -> None:
    recorded = RecordedDetector()
    compared = 0
    for shot in islice(shots(PHOTOS, 61), 0, None, 20):
        real, said = detector.detect(shot), recorded.detect(shot)
        # Each sure enough that another processor's rounding cannot push it below the threshold.
        for one, others in [(one, said) for one in real] + [(one, real) for one in said]:
            if one.confidence > 0.3:
                assert any(nearly_equal(one, other) for other in others), (shot.number, one)
                compared += 1
    assert compared >= 8


def nearly_equal(one: Detected, other: Detected) -> bool:
    close = abs(one.confidence - other.confidence) < 0.02 and iou(one, other.xyxy) > 0.95
    return close and one.label == other.label


# ---- its parts ----


def test_there_is_an_anchor_for_each_output_of_the_network() -> None:
    anchors = ssd_anchors()
    assert anchors.shape == (1917, 4)
    assert anchors[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1])
    assert anchors[-1] == pytest.approx([0.5, 0.5, np.sqrt(0.95), np.sqrt(0.95)])


def test_suppression_keeps_the_best_of_each_class() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [30, 0, 40, 10]], np.float32)
    scores = np.array([0.6, 0.9, 0.7, 0.5], np.float32)
    classes = np.array([0, 0, 1, 0])
    assert non_max_suppression(boxes, scores, classes, 0.5).tolist() == [1, 2, 3]


def test_suppression_of_nothing() -> None:
    nothing = np.zeros((0, 4), np.float32)
    kept = non_max_suppression(nothing, nothing[:, 0], np.zeros(0, np.intp), 0.5)
    assert kept.tolist() == []


# ---- fetching it, and what keeps it from running ----


def test_fetching_again_needs_no_npm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert fetch_model(CACHE) == folder


def test_a_model_that_differs_is_refused(folder: Path, tmp_path: Path) -> None:
    content = bytearray((folder / MODEL_NAME).read_bytes())
    content[-1] ^= 1
    (tmp_path / MODEL_NAME).write_bytes(content)
    with pytest.raises(DetectorUnavailable, match="sha256 differs"):
        Detector(tmp_path)


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DetectorUnavailable, match="cannot be read"):
        Detector(tmp_path)


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm")
def test_a_broken_cache_is_replaced(tmp_path: Path) -> None:
    broken = tmp_path / "detector"
    broken.mkdir()
    (broken / MODEL_NAME).write_bytes(b"half a model")
    Detector(fetch_model(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["detector"]


def test_without_npm_the_predictions_are_recorded_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    model, sentence = open_model(tmp_path)
    assert isinstance(model, RecordedDetector)
    assert sentence.startswith("recorded predictions")
    assert sentence.endswith("because npm is missing")
    assert model.detect(next(shots(PHOTOS, 1)))


def test_with_npm_the_detector_is_the_real_one(folder: Path) -> None:
    model, sentence = open_model(folder.parent)
    assert isinstance(model, Detector)
    assert sentence.startswith("real detector: SSD-MobileNetV2")


def test_npm_s_last_words_are_passed_on(fake_npm: Path, tmp_path: Path) -> None:
    fake_npm.write_text(
        "#!/bin/sh\n"
        "echo 'npm error code ECONNREFUSED' >&2\n"
        "echo 'npm error network request failed' >&2\n"
        "echo 'npm error A complete log of this run can be found in: /tmp/x' >&2\n"
        "exit 1\n"
    )
    with pytest.raises(DetectorUnavailable, match="ECONNREFUSED: npm error network request failed"):
        fetch_model(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_npm_that_hangs_is_given_up(
    fake_npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(model_files, "NPM_TIMEOUT", 0.2)
    with pytest.raises(DetectorUnavailable, match=r"more than 0\.2 seconds"):
        fetch_model(tmp_path / "cache")


@pytest.mark.parametrize("content", ["not an archive", ""], ids=["text", "empty"])
def test_an_archive_that_cannot_be_read(fake_npm: Path, tmp_path: Path, content: str) -> None:
    fake_npm.write_text(f"#!/bin/sh\nprintf '{content}' > package.tgz\n")
    with pytest.raises(DetectorUnavailable, match="archive"):
        fetch_model(tmp_path / "cache")


def test_an_archive_with_another_model_in_it(fake_npm: Path, tmp_path: Path) -> None:
    fake_npm.write_text(
        "#!/bin/sh\nmkdir package && echo other > package/objectron_solution_packed_assets.data\n"
        "tar czf package.tgz package\n"
    )
    with pytest.raises(DetectorUnavailable, match="sha256 differs"):
        fetch_model(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "width"), [(100_000, 1280), (0, 17)], ids=["unknown-number", "another-size"]
)
def test_a_shot_that_was_not_recorded(number: int, width: int) -> None:
    shot = Shot(number, b"", width, 960, "chelsea")
    with pytest.raises(LookupError, match=f"shot {number} "):
        RecordedDetector().detect(shot)
