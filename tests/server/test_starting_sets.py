"""A training set begins with one that is there: COCO, YOLO, a folder a class."""

from hashlib import sha256
from pathlib import Path

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.prediction import Box, Keypoint, Label
from plugin.domain.rle import decode
from plugin.training_set.examples import Example
from tests.samples import CLASSES, jpeg, settings
from tests.server.reviewed import reviewed
from tests.server.starting import add_coco, add_image, add_yolo, row, start


def by_source(application: Application) -> dict[str, Example]:
    found = application.training_sets.examples("parts", 1)
    return {each.provenance.source: each for each in found}


def as_task(application: Application, task_type: str) -> None:
    changes = {"keypoints": ["tip", "tail"]} if task_type == "keypoint-detection" else {}
    application.history.add(settings(task_type=task_type, rules=[], **changes), "test", utc_now())


def test_coco_with_a_file_a_split(application: Application, tmp_path: Path) -> None:
    root = tmp_path / "bolts"
    for at, split in enumerate(("train2017", "val2017")):
        add_image(root / split, "a.jpg", seed=at)
        add_image(root / split, "empty.jpg", seed=at + 10)
        box = row(0, segmentation=[[1, 2, 3, 4, 5, 6]])
        add_coco(root / f"annotations/instances_{split}.json", ["a.jpg", "empty.jpg"], [box])
    version = start(application, root)
    assert (version.version, version.images, version.annotations) == (1, 4, 2)
    assert version.per_split == {"train": 2, "val": 2}
    assert (version.classes, version.widened) == ((*CLASSES, "rust"), ("rust",))
    found = by_source(application)
    example = found["train2017/a.jpg"]
    assert example.truth.boxes == (Box("dent", 1.0, (10, 20, 30, 60)),)
    assert example.provenance.origin == "import:bolts"
    assert found["val2017/empty.jpg"].truth.boxes == ()
    image = application.training_sets.image("parts", example)
    assert image == (root / "train2017/a.jpg").read_bytes()


def test_coco_as_roboflow_writes_it(application: Application, tmp_path: Path) -> None:
    for at, split in enumerate(("train", "valid", "test")):
        add_image(tmp_path / split, f"{split}.jpg", seed=at)
        add_coco(tmp_path / split / "_annotations.coco.json", [f"{split}.jpg"], [row(0)])
    assert start(application, tmp_path).per_split == {"train": 1, "val": 1, "test": 1}


def test_one_coco_file_without_splits_is_split_by_hash(
    application: Application, tmp_path: Path
) -> None:
    names = [f"{at}.jpg" for at in range(60)]
    for at, name in enumerate(names):
        add_image(tmp_path / "images", name, seed=at)
    add_coco(tmp_path / "labels.json", names, [row(at) for at in range(60)])
    version = start(application, tmp_path / "labels.json")
    assert version.images == 60
    assert set(version.per_split) == {"train", "val", "test"}


def test_outlines_of_coco(application: Application, tmp_path: Path) -> None:
    as_task(application, "instance-segmentation")
    add_image(tmp_path, "a.jpg", seed=1)
    square, other = [10, 20, 12, 20, 12, 22, 10, 22], [40, 20, 43, 20, 43, 21, 40, 21]
    counts = [0, 240 * 320]
    add_coco(tmp_path / "a.json", ["a.jpg"], [
        row(0, segmentation=[square]), row(0, segmentation=[square, other]),
        row(0, segmentation={"size": [240, 320], "counts": counts}),
    ])  # fmt: skip
    start(application, tmp_path)
    one, two, whole = by_source(application)["a.jpg"].truth.boxes
    assert one.polygon == ((10, 20), (12, 20), (12, 22), (10, 22))
    assert two.mask is not None
    assert decode(two.mask).sum() == 4 + 3
    assert whole.mask is not None
    assert decode(whole.mask).all()


def test_keypoints_of_coco(application: Application, tmp_path: Path) -> None:
    as_task(application, "keypoint-detection")
    add_image(tmp_path, "a.jpg", seed=1)
    points = row(0, 9, keypoints=[0, 0, 0, 15, 25, 2])
    add_coco(tmp_path / "a.json", ["a.jpg"], [points])
    version = start(application, tmp_path)
    [box] = by_source(application)["a.jpg"].truth.boxes
    assert box.keypoints == (Keypoint("tail", 15, 25),)
    assert version.keypoints == ("tip", "tail")


def test_yolo(application: Application, tmp_path: Path) -> None:
    add_yolo(tmp_path, "1 0.5 0.5 0.25 0.5\n\n0 0.1 0.1 0.2 0.1 0.2 0.2\n")
    version = start(application, tmp_path)
    found = by_source(application)
    assert found["images/train/a.jpg"].truth.boxes == (
        Box("rust", 1.0, (120, 60, 200, 180)), Box("dent", 1.0, (32, 24, 64, 48)),
    )  # fmt: skip
    assert found["images/val/a.jpg"].truth.boxes == (), "no file of labels: a negative"
    assert version.per_split == {"train": 1, "val": 1}


def test_yolo_outlines(application: Application, tmp_path: Path) -> None:
    as_task(application, "instance-segmentation")
    add_yolo(tmp_path, "0 0.1 0.1 0.2 0.1 0.2 0.2\n", names={0: "dent"})
    start(application, tmp_path / "data.yaml")
    [box] = by_source(application)["images/train/a.jpg"].truth.boxes
    assert box.polygon == ((32, 24), (64, 24), (64, 48))


def test_yolo_poses(application: Application, tmp_path: Path) -> None:
    as_task(application, "keypoint-detection")
    line = "0 0.5 0.5 0.25 0.5 0.5 0.5 2 0 0 0\n"
    add_yolo(tmp_path, line, kpt_shape=[2, 3], kpt_names={0: ["tip", "tail"]})
    start(application, tmp_path)
    [box] = by_source(application)["images/train/a.jpg"].truth.boxes
    assert box.keypoints == (Keypoint("tip", 160, 120),)


@pytest.mark.parametrize("outer", ["", "train/", "valid/"])
def test_a_folder_a_class(application: Application, tmp_path: Path, outer: str) -> None:
    as_task(application, "classification")
    root = tmp_path / "set"
    add_image(root / f"{outer}dent", "a.jpg", seed=1)
    add_image(root / f"{outer}rust", "a.jpg", seed=2, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    (root / f"{outer}dent/notes.txt").write_text("no image")
    (root / ".cache/dent").mkdir(parents=True)
    version = start(application, root)
    found = by_source(application)
    assert found[f"{outer}dent/a.jpg"].truth.labels == (Label("dent", 1.0),)
    assert found[f"{outer}rust/a.jpg"].truth.labels == (Label("rust", 1.0),)
    if outer:
        assert version.per_split == {{"train/": "train", "valid/": "val"}[outer]: 2}


def test_reviews_are_merged_into_what_was_there(application: Application, tmp_path: Path) -> None:
    add_image(tmp_path, "a.jpg", seed=1)
    add_coco(tmp_path / "a.json", ["a.jpg"], [row(0)])
    start(application, tmp_path)
    before = reviewed(application, "one", Box("bolt", 1.0, (1, 2, 3, 4)))
    version = application.builder.build("parts")
    assert (version.version, version.images) == (2, 2)
    assert (version.changes.added, version.changes.removed) == (1, 0)
    application.reviews.withdraw("parts", before)
    again = application.builder.build("parts", everything=True)
    assert (again.images, again.changes.removed) == (1, 1), "what was there first stays"


def test_what_looks_like_an_image_of_the_test_split_is_tested_with(
    application: Application, tmp_path: Path
) -> None:
    add_image(tmp_path / "train", "copy.jpg", seed=5)
    add_image(tmp_path / "test", "a.jpg", seed=5)
    for split, name in (("train", "copy.jpg"), ("test", "a.jpg")):
        add_coco(tmp_path / split / "a.json", [name], [row(0)])
    assert start(application, tmp_path).per_split == {"test": 2}


def test_the_same_set_gives_the_same_ids(application: Application, tmp_path: Path) -> None:
    add_image(tmp_path, "a.jpg", seed=1)
    add_coco(tmp_path / "a.json", ["a.jpg"], [])
    start(application, tmp_path)
    [example] = application.training_sets.examples("parts", 1)
    assert example.sha256 == sha256(jpeg(seed=1)).hexdigest()
    assert example.image_id == "3de2f4fce9daad975ab1202fd69b5951"
