"""COCO as we write it, read by pycocotools and by supervision."""

from pathlib import Path

import numpy as np
import pytest
import supervision
from pycocotools.coco import COCO

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Box, Keypoint, TaskType
from plugin.domain.splitting import SPLITS
from plugin.training_set.examples import Split
from plugin.training_set.formats import coco
from plugin.training_set.formats.contents import Contents
from plugin.training_set.formats.outlines import bitmap_of
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
    ring_and_dot,
    written,
)

ALL = pytest.mark.parametrize("of", [DETECTION, SEGMENTATION, POSES], ids=lambda of: of.task_type)
# Inside pycocotools, with NumPy 2:
DECODES = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
EACH_SPLIT = pytest.mark.parametrize("split", SPLITS)


def read(of: Contents, folder: Path, split: Split) -> COCO:
    return COCO(str(written(coco.write, of, folder) / f"annotations/{split}.json"))


@ALL
@EACH_SPLIT
def test_every_image_and_every_box_is_there(of: Contents, split: Split, tmp_path: Path) -> None:
    found = read(of, tmp_path, split)
    names = {each["id"]: each["name"] for each in found.dataset["categories"]}
    assert list(names.values()) == list(NASTY)
    got = {
        image["file_name"]: [
            (names[each["category_id"]], tuple(each["bbox"])) for each in found.imgToAnns[number]
        ]
        for number, image in found.imgs.items()
    }
    assert got == {
        each.file_name: [
            (box.class_name, (x1, y1, x2 - x1, y2 - y1))
            for box in each.truth.boxes
            for x1, y1, x2, y2 in [box.xyxy]
        ]
        for each in of_split(of, split)
    }
    for each in of_split(of, split):
        assert (tmp_path / f"images/{split}/{each.file_name}").read_bytes() == of.image(each)


@EACH_SPLIT
def test_supervision_reads_the_same(split: Split, tmp_path: Path) -> None:
    folder = written(coco.write, DETECTION, tmp_path)
    found = supervision.DetectionDataset.from_coco(
        str(folder / f"images/{split}"), str(folder / f"annotations/{split}.json")
    )
    assert found.classes == list(NASTY)
    assert len(found) == len(of_split(DETECTION, split))
    for each in of_split(DETECTION, split):
        got = found.annotations[str(folder / f"images/{split}/{each.file_name}")]
        assert got.xyxy.tolist() == [list(box.xyxy) for box in each.truth.boxes]
        indices = () if got.class_id is None else tuple(got.class_id)
        assert [NASTY[index] for index in indices] == [b.class_name for b in each.truth.boxes]


@DECODES
def test_a_painted_mask_keeps_its_hole_and_its_parts(tmp_path: Path) -> None:
    found = read(SEGMENTATION, tmp_path, "test")
    mask, rectangle = (found.anns[number] for number in (1, 2))
    assert np.array_equal(found.annToMask(mask).astype(bool), ring_and_dot())
    assert (mask["area"], mask["iscrowd"]) == (ring_and_dot().sum(), 0)
    assert found.annToMask(rectangle).sum() == rectangle["area"] == 20 * 30


def test_a_polygon_stays_the_polygon_that_was_drawn(tmp_path: Path) -> None:
    [annotation] = read(SEGMENTATION, tmp_path, "train").anns.values()
    assert annotation["segmentation"] == [[10, 10, 110, 10, 10, 90]]
    assert annotation["area"] == 100 * 80 / 2


@DECODES
def test_pycocotools_fills_a_polygon_as_we_do(tmp_path: Path) -> None:
    found = read(SEGMENTATION, tmp_path, "train")
    [box] = of_split(SEGMENTATION, "train")[0].truth.boxes
    theirs, ours = found.annToMask(found.anns[1]).astype(bool), bitmap_of(box, WIDTH, HEIGHT)
    edge = 100 + 80 + 128  # pixels that the three sides go through
    assert (theirs ^ ours).sum() <= edge
    assert (theirs & ours).sum() > 0.95 * theirs.sum()


def test_points_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = read(POSES, tmp_path, "train")
    assert all(
        (each["keypoints"], each["skeleton"]) == (["head", "middle", "tail"], [])
        for each in found.dataset["categories"]
    )
    assert found.anns[1]["keypoints"] == [20.5, 30.0, 2, 0, 0, 0, 50.0, 70.0, 2]
    assert [each["num_keypoints"] for each in found.anns.values()] == [2, 0]


def test_a_split_without_images_has_its_file(tmp_path: Path) -> None:
    of = contents(TaskType.OBJECT_DETECTION, [boxes()])
    assert read(of, tmp_path, "val").dataset["images"] == []


def test_a_point_of_another_name_is_refused_rather_than_lost() -> None:
    box = Box("dent", 1.0, (1, 2, 9, 9), keypoints=(Keypoint("nose", 2.0, 3.0),))
    of = contents(TaskType.KEYPOINT_DETECTION, [boxes(box)], keypoints=("head", "tail"))
    with pytest.raises(InvalidInputError, match="keypoints: 'nose', expected one of head, tail"):
        list(coco.write(of))


@DECODES
def test_a_turned_box_has_its_corners_and_the_box_around_them(tmp_path: Path) -> None:
    found = read(LEANING, tmp_path, "train")
    turned, plain = (found.anns[number] for number in (1, 2))
    assert np.array(turned["segmentation"][0]).reshape(4, 2) == pytest.approx(
        np.array(TURNED), abs=0.001
    )
    x1, y1, x2, y2 = AROUND
    assert turned["bbox"] == pytest.approx([x1, y1, x2 - x1, y2 - y1])
    assert turned["area"] == pytest.approx(80 * 24, abs=0.1)
    assert found.annToMask(turned).sum() == pytest.approx(80 * 24, rel=0.03)
    assert (plain["bbox"], "segmentation" in plain) == ([10, 20, 20, 20], False)
