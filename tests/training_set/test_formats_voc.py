"""Pascal VOC as we write it, read by supervision."""

from pathlib import Path

import numpy as np
import pytest
import supervision

from plugin.domain.prediction import Box
from plugin.domain.splitting import SPLITS
from plugin.training_set.formats import voc
from plugin.training_set.formats.contents import Contents
from tests.training_set.format_samples import (
    AROUND,
    DETECTION,
    LEANING,
    boxes,
    contents,
    of_split,
    written,
)


def read(folder: Path) -> supervision.DetectionDataset:
    return supervision.DetectionDataset.from_pascal_voc(
        str(folder / "JPEGImages"), str(folder / "Annotations")
    )


def test_every_image_and_every_box_is_there(tmp_path: Path) -> None:
    found = read(written(voc.write, DETECTION, tmp_path))
    assert len(found) == len(list(DETECTION.examples()))
    for each in DETECTION.examples():
        path = tmp_path / "JPEGImages" / each.file_name
        got = found.annotations[str(path)]
        whole = np.array([box.xyxy for box in each.truth.boxes]).reshape(-1, 4).round()
        assert got.xyxy.tolist() == whole.tolist()
        indices = () if got.class_id is None else tuple(got.class_id)
        assert [found.classes[i] for i in indices] == [b.class_name for b in each.truth.boxes]
        assert path.read_bytes() == DETECTION.image(each)


def test_the_splits_are_lists_of_images(tmp_path: Path) -> None:
    written(voc.write, DETECTION, tmp_path)
    for split in SPLITS:
        listed = (tmp_path / f"ImageSets/Main/{split}.txt").read_text().split()
        assert listed == [each.image_id for each in of_split(DETECTION, split)]


@pytest.mark.parametrize(
    ("xyxy", "corners"),
    [
        ((0, 0, 320, 240), [0, 0, 320, 240]),
        ((319.8, 239.9, 320, 240), [319, 239, 320, 240]),
        ((10.2, 10.2, 10.4, 10.4), [10, 10, 11, 11]),
    ],
    ids=["the whole image", "the last pixel", "less than a pixel"],
)
def test_a_box_stays_inside_and_has_a_pixel(
    xyxy: tuple[float, float, float, float], corners: list[float], tmp_path: Path
) -> None:
    of = contents(DETECTION.task_type, [boxes(Box("dent", 1.0, xyxy))])
    [got] = read(written(voc.write, of, tmp_path)).annotations.values()
    assert got.xyxy.tolist() == [corners]


def test_a_turned_box_is_the_one_around_it(tmp_path: Path) -> None:
    [got] = read(written(voc.write, LEANING, tmp_path)).annotations.values()
    assert got.xyxy[0].tolist() == [round(number) for number in AROUND]


def test_a_name_that_xml_cannot_write_still_makes_a_file(tmp_path: Path) -> None:
    of: Contents = contents(
        DETECTION.task_type, [boxes(Box("a\ufffe<&", 1.0, (1, 2, 30, 40)))], classes=["a\ufffe<&"]
    )
    assert read(written(voc.write, of, tmp_path)).classes == ["a\ufffd<&"]
