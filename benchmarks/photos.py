"""Made-up photos of a usual size."""

from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image


def photo(number: int) -> bytes:
    """A JPEG of 1280 x 720 pixels and some 150 kB, one of twenty."""
    return _photos()[number % 20]


@cache
def _photos() -> list[bytes]:
    return [_make(seed) for seed in range(20)]


def _make(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (180, 320, 3), np.uint8)
    image = Image.fromarray(noise).resize((1280, 720), Image.Resampling.BICUBIC)
    out = BytesIO()
    image.save(out, "JPEG", quality=32)
    return out.getvalue()
