"""Real images with known classes: handwritten digits, and Zalando's Fashion-MNIST.

scikit-learn ships the digits (UCI, test part of the set by Alpaydin and Kaynak) in its wheel.
Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017) is read from its own files, which Debian packages.
"""

import gzip
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from plugin.experiment.errors import ExperimentError

FASHION = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package `dataset-fashion-mnist` puts the files."""

SHOWN = 64
"""Pixels that an image is wide at least when it is posted: smaller ones are hard to review."""

Pixels = NDArray[np.uint8]
"""Grey images: n x side x side."""

Places = NDArray[np.intp]
"""Which images of a data set: their indices."""

_FASHION_CLASSES = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip


@dataclass(frozen=True)
class Dataset:
    """Images with the true class of each (an index into `classes`).

    `stream` of them pass before the camera, `held_out` others are what models are tested on.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    images: Pixels
    truth: Places
    stream: int
    held_out: int

    @property
    def side(self) -> int:
        """Pixels of an image's side."""
        return int(self.images.shape[1])

    def split(self, seed: int) -> tuple[Places, Places]:
        """Images for the camera and images for the test, none in both; others for each seed."""
        # Of images that are the same to the pixel one is enough: no rule could tell them apart.
        distinct = {image.tobytes(): place for place, image in enumerate(self.images)}
        order = np.random.default_rng(seed).permutation(list(distinct.values()))
        return order[: self.stream], order[self.stream : self.stream + self.held_out]

    def png(self, place: int) -> bytes:
        """An image as a camera would post it, enlarged without a new shade of grey."""
        factor = _factor(self.side)
        large = self.images[place].repeat(factor, axis=0).repeat(factor, axis=1)
        out = BytesIO()
        Image.fromarray(large).save(out, "PNG")
        return out.getvalue()

    def pixels(self, image: bytes) -> Pixels:
        """The pixels (side x side) of an image that comes back out of a training set.

        Raises:
            ExperimentError: it has another size than it was posted with.
        """
        factor = _factor(self.side)
        with Image.open(BytesIO(image)) as opened:
            if opened.size != (self.side * factor, self.side * factor):
                raise ExperimentError(f"an image came back with {opened.size} pixels")
            large = np.asarray(opened.convert("L"))
        return large[factor // 2 :: factor, factor // 2 :: factor]


def digits() -> Dataset:
    """1,797 handwritten digits of 8 x 8 pixels."""
    found = load_digits()
    return Dataset(
        name="digits",
        title="Digits",
        classes=tuple(map(str, found.target_names)),
        images=(found.images * 15).astype(np.uint8),  # 0 to 16 there
        truth=found.target.astype(np.intp),
        stream=1200,
        held_out=597,
    )


def fashion(folder: Path = FASHION) -> Dataset:
    """60,000 articles of clothing of 28 x 28 pixels.

    Raises:
        ExperimentError: the files are not there, or are no such files.
    """
    return Dataset(
        name="fashion",
        title="Fashion-MNIST",
        classes=_FASHION_CLASSES,
        images=_idx(folder / "train-images-idx3-ubyte.gz", 3),
        truth=_idx(folder / "train-labels-idx1-ubyte.gz", 1).astype(np.intp),
        stream=2000,
        held_out=2000,
    )


def _factor(side: int) -> int:
    return -(-SHOWN // side)


def _idx(file: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read a file of bytes in the IDX format: 0, 0, type 8, dimensions; each length; the bytes."""
    try:
        content = gzip.decompress(file.read_bytes())
    except FileNotFoundError:
        said = "install Debian's package `dataset-fashion-mnist`, or name the folder with --files"
        raise ExperimentError(f"no {file}: {said}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ExperimentError(f"{file}: no whole gzip file ({error})") from None
    head = 4 + 4 * dimensions
    shape = np.frombuffer(content[4:head], ">u4")
    is_one = content[:4] == bytes((0, 0, 8, dimensions)) and len(shape) == dimensions
    if not is_one or len(content) - head != shape.prod(dtype=np.int64):
        raise ExperimentError(f"{file}: no IDX file of bytes in {dimensions} dimensions")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)
