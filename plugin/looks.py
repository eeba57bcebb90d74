"""What an image looks like, in 64 bits: images that look alike differ in few of them.

The hash is pHash: the signs, about their median, of the lowest 8 x 8 frequencies of a cosine
transform of the image in 32 x 32 greys. C. Zauner, Implementation and Benchmarking of Perceptual
Image Hash Functions, 2010, section 3.2.1.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32  # greys in a row
BITS = 8  # frequencies in a row


def perceptual_hash(image: Image.Image) -> int:
    """The perceptual hash of an image, as an unsigned whole number of 64 bits."""
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    cosines = _cosines()
    frequencies = cosines @ np.asarray(small, np.float32) @ cosines.T
    values = frequencies.ravel()
    # The first is the mean brightness: it says nothing of the looks and would move the median.
    bits = values > np.median(values[1:])
    bits[0] = False
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@cache
def _cosines() -> NDArray[np.float32]:
    """The first BITS rows of the cosine transform (DCT-II) of SIDE values."""
    rows = np.arange(BITS)[:, None] * (2 * np.arange(SIDE)[None] + 1) * np.pi / (2 * SIDE)
    return np.cos(rows).astype(np.float32)
