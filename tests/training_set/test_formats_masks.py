"""Masks as we write them, read by Pillow."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from plugin.domain.prediction import Box
from plugin.training_set.formats import masks
from plugin.training_set.formats.outlines import filled
from tests.training_set.format_samples import (
    NASTY,
    SEGMENTATION,
    boxes,
    contents,
    painted,
    ring_and_dot,
    written,
)
from tests.training_set.test_formats_labels import rows


def read(path: Path) -> NDArray[Any]:
    with Image.open(path) as image:
        assert image.size == (320, 240)
        return np.array(image)


def test_a_pixel_has_its_class_and_its_object(tmp_path: Path) -> None:
    written(masks.write, SEGMENTATION, tmp_path)
    [name] = [each.image_id for each in SEGMENTATION.examples() if each.split == "test"]
    classes = read(tmp_path / f"masks/test/{name}.png")
    objects = read(tmp_path / f"instances/test/{name}.png")
    expected = np.zeros((240, 320), dtype=np.uint16)
    expected[ring_and_dot()] = NASTY.index("Dent") + 1
    expected[100:130, 120:140] = NASTY.index("con") + 1
    assert np.array_equal(classes, expected)
    assert np.array_equal(objects == 1, ring_and_dot())
    assert (objects == 2).sum() == 20 * 30
    found = rows(tmp_path / "classes.csv")[1:]
    assert [(int(value), text) for value, text in found] == list(enumerate(["", *NASTY]))


def test_an_image_without_objects_has_an_empty_mask(tmp_path: Path) -> None:
    written(masks.write, SEGMENTATION, tmp_path)
    for kind in ("masks", "instances"):
        [path] = (tmp_path / kind / "val").iterdir()
        assert not read(path).any()


def test_of_two_that_overlap_the_smaller_is_seen(tmp_path: Path) -> None:
    small, large = Box("a/b", 1.0, (20, 20, 30, 30)), Box("dent", 1.0, (10, 10, 110, 110))
    of = contents(SEGMENTATION.task_type, [boxes(small, large)])
    written(masks.write, of, tmp_path)
    [path] = (tmp_path / "masks/train").iterdir()
    assert (read(path)[25, 25], read(path)[50, 50]) == (NASTY.index("a/b") + 1, 1)


def test_more_classes_than_a_byte_holds(tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(300)]
    of = contents(SEGMENTATION.task_type, [boxes(painted("class 299", ring_and_dot()))], names)
    written(masks.write, of, tmp_path)
    [path] = (tmp_path / "masks/train").iterdir()
    assert np.array_equal(read(path) == 300, ring_and_dot())


@pytest.mark.parametrize("seed", range(6))
def test_a_pixel_is_inside_when_its_centre_is(seed: int) -> None:
    ring = np.random.default_rng(seed).uniform(-10, 60, (9, 2))
    got = filled(ring, 50, 40)
    for row in range(40):
        for column in range(50):
            assert got[row, column] == even_odd(ring, column + 0.5, row + 0.5)


def even_odd(ring: NDArray[np.float64], x: float, y: float) -> bool:
    """Whether a way to the right from a point meets the ring an odd number of times."""
    met = 0
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            met += 1
    return met % 2 == 1
