"""YOLO as we write it, read by supervision, which reads as Ultralytics does."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import supervision
import yaml

from plugin.domain.prediction import Box
from plugin.domain.splitting import SPLITS
from plugin.training_set.examples import Split
from plugin.training_set.formats import yolo
from plugin.training_set.formats.contents import Contents
from plugin.training_set.formats.outlines import joined_ring
from plugin.training_set.reading import yolo as reading
from tests.training_set.format_samples import (
    AROUND,
    DETECTION,
    HEIGHT,
    LEANING,
    NASTY,
    POSES,
    SEGMENTATION,
    TURNED,
    WIDTH,
    boxes,
    contents,
    of_split,
    painted,
    ring_and_dot,
    written,
)

EACH_SPLIT = pytest.mark.parametrize("split", SPLITS)


def read(folder: Path, split: Split, **options: Any) -> Any:
    return supervision.DetectionDataset.from_yolo(
        str(folder / f"images/{split}"), str(folder / f"labels/{split}"),
        str(folder / "data.yaml"), **options,
    )  # fmt: skip


def data_yaml(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "data.yaml").read_text())
    return found


@EACH_SPLIT
@pytest.mark.parametrize("of", [DETECTION, POSES], ids=lambda of: of.task_type)
def test_every_image_and_every_box_is_there(of: Contents, split: Split, tmp_path: Path) -> None:
    folder = written(yolo.write, of, tmp_path)
    found = read(folder, split)
    assert found.classes == list(NASTY)
    assert len(found) == len(of_split(of, split))
    for each in of_split(of, split):
        path = folder / f"images/{split}/{each.file_name}"
        got = found.annotations[str(path)]
        assert got.xyxy == pytest.approx(
            np.array([box.xyxy for box in each.truth.boxes]).reshape(-1, 4), abs=0.001
        )
        indices = () if got.class_id is None else tuple(got.class_id)
        assert [NASTY[index] for index in indices] == [b.class_name for b in each.truth.boxes]
        assert path.read_bytes() == of.image(each)


def test_a_negative_has_an_empty_file(tmp_path: Path) -> None:
    folder = written(yolo.write, DETECTION, tmp_path)
    [first, _] = of_split(DETECTION, "val")
    assert (folder / f"labels/val/{first.image_id}.txt").read_bytes() == b""


def test_a_trainer_looks_beside_data_yaml_and_only_where_images_are(tmp_path: Path) -> None:
    assert data_yaml(written(yolo.write, DETECTION, tmp_path / "three")) == {
        "train": "images/train", "val": "images/val", "test": "images/test",
        "names": dict(enumerate(NASTY)),
    }  # fmt: skip
    one = contents(DETECTION.task_type, [boxes()])
    found = data_yaml(written(yolo.write, one, tmp_path / "one"))
    assert found.keys() == {"train", "names"}


def test_a_mask_is_one_line_with_its_hole_and_its_parts(tmp_path: Path) -> None:
    folder = written(yolo.write, SEGMENTATION, tmp_path)
    [only] = of_split(SEGMENTATION, "test")
    lines = (folder / f"labels/test/{only.image_id}.txt").read_text().splitlines()
    assert [NASTY[int(line.split()[0])] for line in lines] == ["Dent", "con"]
    got = read(folder, "test").annotations[str(folder / f"images/test/{only.file_name}")]
    assert (got.mask[0] & ring_and_dot()).sum() == ring_and_dot().sum(), "nothing of it is lost"
    way = (got.mask[0] & ~ring_and_dot()).sum()
    assert 0 < way <= 150, "one line of one pixel between its parts"
    assert got.mask[1].sum() == pytest.approx(20 * 30, abs=20 + 30 + 1)


def test_a_polygon_stays_the_polygon_that_was_drawn(tmp_path: Path) -> None:
    folder = written(yolo.write, SEGMENTATION, tmp_path)
    [only] = of_split(SEGMENTATION, "train")
    line = (folder / f"labels/train/{only.image_id}.txt").read_text().split()
    assert line[0] == "0"
    shares = np.array(line[1:], dtype=float).reshape(-1, 2) * (WIDTH, HEIGHT)
    assert shares == pytest.approx(np.array(only.truth.boxes[0].polygon), abs=0.001)


def test_points_of_a_pose_follow_its_box(tmp_path: Path) -> None:
    folder = written(yolo.write, POSES, tmp_path)
    found = data_yaml(folder)
    assert found["kpt_shape"] == [3, 3]
    assert found["kpt_names"][0] == ["head", "middle", "tail"]
    [only] = of_split(POSES, "train")
    first, second = (folder / f"labels/train/{only.image_id}.txt").read_text().splitlines()
    points = np.array(first.split()[5:], dtype=float).reshape(3, 3)
    expected = [[20.5 / 320, 30 / 240, 2], [0, 0, 0], [50 / 320, 70 / 240, 2]]
    assert points == pytest.approx(np.array(expected), abs=1e-6)
    assert second.split()[5:] == ["0.000000", "0.000000", "0"] * 3


def test_turned_boxes_are_read_back(tmp_path: Path) -> None:
    corners = np.array([(100.0, 50.0), (160.0, 80.0), (140.0, 120.0), (80.0, 90.0)])
    outline = tuple((float(x), float(y)) for x, y in corners)
    turned = Box("dent", 1.0, (80, 50, 160, 120), polygon=outline)
    plain = Box("a/b", 1.0, (10, 20, 30, 40))
    of = contents(SEGMENTATION.task_type, [boxes(turned, plain)])
    folder = written(yolo.write_turned, of, tmp_path)
    [got] = read(folder, "train", is_obb=True).annotations.values()
    first, second = got.data["xyxyxyxy"]
    assert sorted(map(tuple, first.round().tolist())) == sorted(map(tuple, corners.tolist()))
    assert second == pytest.approx(np.array([(10, 20), (30, 20), (30, 40), (10, 40)]), abs=0.01)


def test_what_was_drawn_as_a_turned_box_has_its_own_corners_in_their_order(tmp_path: Path) -> None:
    folder = written(yolo.write_turned, LEANING, tmp_path)
    [got] = read(folder, "train", is_obb=True).annotations.values()
    first, second = got.data["xyxyxyxy"]
    assert first == pytest.approx(np.array(TURNED), abs=0.001)
    assert second == pytest.approx(np.array([(10, 20), (30, 20), (30, 40), (10, 40)]), abs=0.001)
    [found] = reading.read(folder, LEANING.task_type).images
    [box, plain] = found.truth(WIDTH, HEIGHT).boxes
    assert np.array(box.polygon) == pytest.approx(np.array(TURNED), abs=0.001)
    assert plain.polygon == (), "upright ones are boxes"


def test_for_a_detector_a_turned_box_is_the_one_around_it(tmp_path: Path) -> None:
    folder = written(yolo.write, LEANING, tmp_path)
    [got] = read(folder, "train").annotations.values()
    assert got.xyxy[0].tolist() == pytest.approx(AROUND, abs=0.001)


def test_a_turned_box_reaches_around_the_whole_of_its_pixels(tmp_path: Path) -> None:
    bitmap = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    bitmap[20:80, 30:110] = True
    of = contents(SEGMENTATION.task_type, [boxes(painted("dent", bitmap))])
    folder = written(yolo.write_turned, of, tmp_path)
    [got] = read(folder, "train", is_obb=True).annotations.values()
    corners = sorted(map(tuple, got.data["xyxyxyxy"][0].round(2).tolist()))
    assert corners == [(30, 20), (30, 80), (110, 20), (110, 80)]


def test_no_number_is_beyond_the_image_or_trainers_leave_it_out(tmp_path: Path) -> None:
    diamond = ((0.0, 120.0), (160.0, 0.0), (320.0, 120.0), (160.0, 240.0))
    corner = Box("dent", 1.0, (0, 0, 320, 240), polygon=diamond)
    low = Box("dent", 1.0, (0, 0, 40, 30), polygon=((0, 20), (30, 0), (40, 10), (5, 30)))
    of = contents(SEGMENTATION.task_type, [boxes(corner, low)])
    folder = written(yolo.write_turned, of, tmp_path)
    [text] = [path.read_text() for path in folder.glob("labels/*/*.txt")]
    numbers = [float(each) for line in text.splitlines() for each in line.split()[1:]]
    assert len(numbers) == 16
    assert all(0 <= number <= 1 for number in numbers)


@pytest.mark.parametrize("seed", range(8))
def test_any_mask_filled_again_is_itself_but_for_the_ways_between_parts(seed: int) -> None:
    chance = np.random.default_rng(seed)
    noise = chance.random((HEIGHT // 8, WIDTH // 8)) < chance.uniform(0.05, 0.9)
    bitmap = np.kron(noise, np.ones((8, 8), dtype=np.bool_)).astype(np.bool_)
    again = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.fillPoly(again, [joined_ring(bitmap).round().astype(np.int32)], 1)
    assert not (bitmap & ~again.astype(np.bool_)).any(), "nothing of it is lost"
    parts = cv2.connectedComponents(bitmap.astype(np.uint8))[0] - 1
    holes = cv2.connectedComponents((~bitmap).astype(np.uint8), connectivity=4)[0] - 1
    assert (again.astype(np.bool_) & ~bitmap).sum() <= 60 * (parts + holes)


def test_a_single_pixel_has_an_area() -> None:
    bitmap = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    bitmap[7, 9] = True
    assert joined_ring(bitmap).tolist() == [[9, 7], [10, 7], [10, 8], [9, 8]]
