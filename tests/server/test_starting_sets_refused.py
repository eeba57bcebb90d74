"""What is no set to begin with is refused; what is wrong with an image of one is told."""

from pathlib import Path
from typing import Any

import pytest

from plugin.bootstrap import Application
from plugin.domain.errors import ConflictError, InvalidInputError
from tests.samples import jpeg
from tests.server.starting import add_coco, add_image, add_yolo, start


def test_what_is_wrong_with_an_image_is_told_and_the_others_are_read(
    application: Application, tmp_path: Path
) -> None:
    add_yolo(tmp_path, "5 0.5 0.5 0.25 0.5\n")
    (tmp_path / "images/val/broken.jpg").write_bytes(jpeg(seed=3)[:500])
    add_image(tmp_path / "images/val", "outside.jpg", seed=4)
    (tmp_path / "labels/val").mkdir()
    (tmp_path / "labels/val/outside.txt").write_text("0 0.9 0.5 0.5 0.5\n")
    version = start(application, tmp_path)
    problems = application.training_sets.problems("parts", 1)
    said = sorted(f"{each.field}: {each.value}" for each in problems)
    assert said[0].startswith("images/train/a.jpg: a.txt:1: 5")
    assert said[1].startswith("images/val/broken.jpg: image")
    assert said[2].startswith("images/val/outside.jpg: boxes[0] ('dent').xyxy: (208.0,")
    assert (version.images, version.problems) == (1, 3)


def nothing(root: Path) -> None:
    root.mkdir()


def no_image(root: Path) -> None:
    add_coco(root / "a.json", ["gone.jpg"], [])


def twice(root: Path) -> None:
    add_image(root, "a.jpg", seed=1)
    for name in ("instances.json", "keypoints.json"):
        add_coco(root / name, ["a.jpg"], [])


def in_two_splits(root: Path) -> None:
    root.mkdir()
    add_yolo(root, "", val="images/train")


def no_folder(root: Path) -> None:
    root.mkdir()
    (root / "data.yaml").write_text("{train: images, names: [dent]}")


def bad_names(root: Path) -> None:
    root.mkdir()
    (root / "data.yaml").write_text("{train: ., names: dent}")


@pytest.mark.parametrize(
    ("make", "named", "said"),
    [
        (nothing, None, "expected a JSON file with images, annotations and categories"),
        (nothing, "yolo", "expected one file like data.yaml"),
        (nothing, "folder", "format: 'folder', expected a format for object-detection"),
        (nothing, "voc", "format: 'voc', expected one of coco, yolo, folder"),
        (lambda _: None, None, "expected a file or a folder"),
        (no_image, None, "a.json: file_name: 'gone.jpg'"),
        (twice, None, "from: 'a.jpg', expected each image once"),
        (in_two_splits, None, "'images/train/a.jpg', expected each image once and in one split"),
        (no_folder, None, "data.yaml: train: 'images', expected a folder in"),
        (bad_names, None, "data.yaml: names: 'dent'"),
    ],
)
def test_what_is_no_set_is_refused(
    application: Application, tmp_path: Path, make: Any, named: str | None, said: str
) -> None:
    make(tmp_path / "set")
    with pytest.raises(InvalidInputError) as refused:
        application.starter.start("parts", tmp_path / "set", named)
    assert said in str(refused.value)
    assert application.training_sets.newest("parts") is None


def test_a_set_begins_once(application: Application, tmp_path: Path) -> None:
    add_image(tmp_path, "a.jpg", seed=1)
    add_coco(tmp_path / "a.json", ["a.jpg"], [])
    start(application, tmp_path)
    with pytest.raises(ConflictError, match="has a training set already: version 1"):
        application.starter.start("parts", tmp_path)
