"""Made-up pictures of three sizes, some 10, 40 and 130 kB; no two of them look alike."""

from collections.abc import Iterator, Mapping
from itertools import cycle

import numpy as np
import simplejpeg

from benchmarks.soak.events import SIZES

NUMBER = (600, 500, 300)
"""Of each size. One that was shown comes back after all others of its size."""

GRAIN = 8  # pixels of one patch of colour
QUALITY = 70

Size = tuple[int, int]
Albums = Mapping[Size, Iterator[bytes]]
"""Pictures without an end, by width and height (pixels)."""


def albums() -> Albums:
    """Pictures of all sizes, made here, which takes some seconds."""
    return {
        size: cycle([picture(size, seed) for seed in range(1, number + 1)])
        for size, number in zip(SIZES, NUMBER, strict=True)
    }


def picture(size: Size, seed: int) -> bytes:
    """A JPEG of coloured patches, other ones for every size and seed."""
    width, height = size
    random = np.random.default_rng((width, seed))
    # A few large patches, by which it is told from the others, and a grain that takes room.
    large = random.integers(0, 200, (8, 8, 3), np.uint8)
    rows = np.minimum(np.arange(height) * 8 // height, 7)
    columns = np.minimum(np.arange(width) * 8 // width, 7)
    fine = random.integers(0, 55, (-(-height // GRAIN), -(-width // GRAIN), 3), np.uint8)
    grain = fine.repeat(GRAIN, 0).repeat(GRAIN, 1)[:height, :width]
    pixels = np.ascontiguousarray(large[rows][:, columns] + grain)
    return bytes(simplejpeg.encode_jpeg(pixels, quality=QUALITY))
