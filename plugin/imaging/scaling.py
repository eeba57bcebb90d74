"""The usual JPEG (grey or YCbCr, 8 bits), scaled several times faster than an image library does.

TurboJPEG draws at 1/2, 1/4 or 1/8 what is that much too large, and OpenCV does the rest.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from plugin.imaging.colour import MAX_PROFILE
from plugin.imaging.jpeg import profile_segments, with_segments

Pixels = NDArray[np.uint8]

_UPRIGHT: dict[int, Callable[[Any], Any]] = {
    2: lambda pixels: cv2.flip(pixels, 1),
    3: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_180),
    4: lambda pixels: cv2.flip(pixels, 0),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def scale_jpeg(data: bytes, size: tuple[int, int], orientation: int, quality: int) -> bytes | None:
    """A JPEG at another size, upright, with its ICC profile; None where it is not a usual one.

    Args:
        data: the JPEG, without a second picture behind it.
        size: width and height wanted, in pixels as stored (before it is turned upright).
        orientation: as in EXIF, 1 to 8.
        quality: of the JPEG made, 1 to 100.
    """
    try:
        pixels = _decoded(data, size)
    except (ValueError, KeyError):
        return None  # broken, or of a sampling or colours that TurboJPEG does not know
    upright = _UPRIGHT.get(orientation, np.asarray)(_resized(pixels, size))
    grey = pixels.shape[2] == 1
    made = simplejpeg.encode_jpeg(
        np.ascontiguousarray(upright).reshape(*upright.shape[:2], pixels.shape[2]), quality,
        colorspace="GRAY" if grey else "RGB", colorsubsampling="Gray" if grey else "420",
    )  # fmt: skip
    profile = profile_segments(data)
    return with_segments(made, profile) if len(profile) <= MAX_PROFILE else made


def _decoded(data: bytes, size: tuple[int, int]) -> Pixels:
    """Rows of columns of 1 or 3 channels, no smaller than a size."""
    colours = simplejpeg.decode_jpeg_header(data, strict=False)[2]
    pixels: Pixels = simplejpeg.decode_jpeg(
        data, "GRAY" if colours == "Gray" else "RGB", min_width=size[0], min_height=size[1],
        min_factor=2, strict=False,
    )  # fmt: skip
    return pixels


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    # Linear looks at four pixels: enough up to half the size, below that it would leave some out.
    close = width <= 2 * size[0] and height <= 2 * size[1]
    how = cv2.INTER_LINEAR if close else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
