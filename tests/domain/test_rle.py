"""COCO's run lengths, checked against COCO's own library."""

import numpy as np
import pytest
from pycocotools import mask as reference

from plugin.domain import rle
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Rle

SHAPES = [
    pytest.param(5, 7, 0.5, id="speckled"),
    pytest.param(1, 1, 1.0, id="one pixel"),
    pytest.param(1, 1, 0.0, id="one pixel, empty"),
    pytest.param(480, 640, 0.3, id="many short runs"),
    pytest.param(300, 400, 0.0005, id="long runs"),
    pytest.param(1080, 1920, 0.0, id="empty"),
    pytest.param(700, 800, 1.0, id="full"),
]


def bitmap(height: int, width: int, share: float) -> rle.Bitmap:
    return np.random.default_rng(0).random((height, width)) < share


@pytest.mark.parametrize(("height", "width", "share"), SHAPES)
def test_encodes_as_coco_does(height: int, width: int, share: float) -> None:
    mask = bitmap(height, width, share)
    theirs = reference.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert rle.encode(mask) == Rle((height, width), theirs["counts"].decode())


@pytest.mark.parametrize(("height", "width", "share"), SHAPES)
def test_decodes_what_coco_encoded(height: int, width: int, share: float) -> None:
    mask = bitmap(height, width, share)
    theirs = reference.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert (rle.decode(Rle((height, width), theirs["counts"].decode())) == mask).all()


def test_uncompressed_counts_are_compressed() -> None:
    theirs = reference.frPyObjects({"size": [4, 5], "counts": [3, 2, 10, 5]}, 4, 5)
    assert rle.from_runs([3, 2, 10, 5], (4, 5)).counts == theirs["counts"].decode()


def test_another_size_takes_the_nearest_pixel() -> None:
    mask = np.array([[True, False], [False, True]])
    assert rle.resized(mask, 4, 4).tolist() == np.kron(mask, np.ones((2, 2))).astype(bool).tolist()
    assert (rle.resized(rle.resized(mask, 4, 4), 2, 2) == mask).all()


@pytest.mark.parametrize(
    ("size", "counts", "field"),
    [
        pytest.param((2, 2), "...", "counts", id="below the alphabet"),
        pytest.param((2, 2), "", "counts", id="empty"),
        pytest.param((2, 2), "é", "counts", id="beyond ASCII"),
        pytest.param((2, 2), "P", "counts", id="ends in the middle"),
        pytest.param((2, 2), "o" * 5000 + "0", "counts", id="a number without end"),
        pytest.param((2, 2), "5", "counts", id="more than the image"),
        pytest.param((2, 2), "3", "counts", id="less than the image"),
        pytest.param((2, 2), "8L", "counts", id="a negative run"),
        pytest.param((65_500, 65_500), "5", "size", id="too large"),
        pytest.param((0, 5), "0", "size", id="no height"),
        pytest.param((-2, -2), "4", "size", id="negative size"),
    ],
)
def test_what_is_no_mask_is_refused(size: tuple[int, int], counts: str, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        rle.decode(Rle(size, counts))
    assert [error.field for error in caught.value.errors] == [field]


@pytest.mark.parametrize("runs", [[], [3], [-1, 5], [5]])
def test_counts_that_do_not_fill_the_image_are_refused(runs: list[int]) -> None:
    with pytest.raises(InvalidInputError):
        rle.from_runs(runs, (2, 2))


def test_noise_raises_nothing_else() -> None:
    random = np.random.default_rng(1)
    for _ in range(2000):
        counts = bytes(random.integers(40, 120, random.integers(0, 12)).astype(np.uint8)).decode()
        try:
            assert rle.decode(Rle((3, 4), counts)).shape == (3, 4)
        except InvalidInputError:
            continue
