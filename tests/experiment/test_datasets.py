"""Images as they are posted and as they come back, and files that are none."""

import gzip
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plugin.experiment.datasets import Dataset, Pixels, digits, fashion
from plugin.experiment.errors import ExperimentError

SIDE = 28


def write_fashion(folder: Path, count: int = 3) -> Pixels:
    images = np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE), np.uint8)
    head = b"\0\0\x08\x03" + np.array([count, SIDE, SIDE], ">u4").tobytes()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
    labels = b"\0\0\x08\x01" + np.array([count], ">u4").tobytes() + bytes(range(count))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    return images


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return digits()


def test_digits_are_what_scikit_learn_ships(dataset: Dataset) -> None:
    assert dataset.images.shape == (1797, 8, 8)
    assert dataset.classes == tuple("0123456789")
    assert dataset.stream + dataset.held_out <= len(dataset.images)


def test_an_image_is_posted_large_enough_to_be_seen_and_comes_back_whole(dataset: Dataset) -> None:
    image = dataset.png(7)
    with Image.open(BytesIO(image)) as opened:
        assert (opened.format, opened.size) == ("PNG", (64, 64))
    assert np.array_equal(dataset.pixels(image), dataset.images[7])


def test_an_image_of_another_size_is_refused(dataset: Dataset) -> None:
    out = BytesIO()
    Image.new("L", (32, 64)).save(out, "PNG")
    with pytest.raises(ExperimentError, match=r"\(32, 64\) pixels"):
        dataset.pixels(out.getvalue())


def test_no_image_is_both_before_the_camera_and_in_the_test(dataset: Dataset) -> None:
    stream, held_out = dataset.split(3)
    assert (len(stream), len(held_out)) == (dataset.stream, dataset.held_out)
    shown = {dataset.images[place].tobytes() for place in stream}
    assert len(shown) == len(stream)
    assert not any(dataset.images[place].tobytes() in shown for place in held_out)


def test_a_seed_draws_the_same_again_and_another_seed_others(dataset: Dataset) -> None:
    assert np.array_equal(dataset.split(1)[0], dataset.split(1)[0])
    assert not np.array_equal(dataset.split(1)[0], dataset.split(2)[0])


def test_fashion_is_read_from_its_own_files(tmp_path: Path) -> None:
    images = write_fashion(tmp_path)
    found = fashion(tmp_path)
    assert np.array_equal(found.images, images)
    assert [found.classes[place] for place in found.truth] == ["t-shirt", "trouser", "pullover"]


def test_missing_files_are_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="install Debian's package `dataset-fashion-mnist`"):
        fashion(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"text", "no whole gzip file"),
        (gzip.compress(b"\0\0\x08\x03")[:-3], "no whole gzip file"),
        (gzip.compress(b""), "no IDX file of bytes in 3 dimensions"),
        (gzip.compress(b"\0\0\x0d\x03" + bytes(12)), "no IDX file of bytes in 3 dimensions"),
        (
            gzip.compress(b"\0\0\x08\x03" + np.array([9, 28, 28], ">u4").tobytes() + bytes(28)),
            "no IDX file of bytes in 3 dimensions",
        ),
    ],
    ids=["no-gzip", "cut", "empty", "floats", "too-short"],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    write_fashion(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(ExperimentError, match=f"train-images-idx3-ubyte.gz: {said}"):
        fashion(tmp_path)
