"""COCO's compressed run lengths, as bitmaps and back.

A mask is read column by column; its runs of 0 and 1 alternate, beginning with 0. From the fourth
on, a run is written as the difference to the one two before it; each number takes as many
characters of 5 bits as it needs, the sixth bit saying that another follows, the code beginning at
the character `0`: `rleToString` in
https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c
"""

from collections.abc import Sequence
from typing import Never

import numpy as np
from numpy.typing import NDArray

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Rle

Bitmap = NDArray[np.bool_]
Numbers = NDArray[np.int64]

MAX_PIXELS = 50_000_000
"""Of a mask that is decoded: a few characters may declare an image of four thousand million."""

_MAX_CHARACTERS = 7
"""Of one number: 35 bits hold any run of an image that we accept."""


def decode(rle: Rle) -> Bitmap:
    """The bitmap of a mask, `size[0]` rows of `size[1]` columns.

    Raises:
        InvalidInputError: the size is none, or too large; the string is none of COCO's, or its
            runs do not fill the image.
    """
    lengths = runs(rle)
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(rle.size, order="F")


def runs(rle: Rle) -> Numbers:
    """The lengths of a mask's runs (pixels), column by column: of 0, of 1, of 0, ….

    Raises:
        InvalidInputError: as `decode` does.
    """
    height, width = rle.size
    _check_size(height, width)
    found = _runs(rle.counts)
    if (found < 0).any() or int(found.sum()) != height * width:
        _refuse(rle.counts, f"runs that fill {height} x {width} pixels")
    return found


def encode(bitmap: Bitmap) -> Rle:
    """A bitmap (rows of columns) as run lengths."""
    height, width = bitmap.shape
    pixels = np.asarray(bitmap, dtype=np.bool_).ravel(order="F")
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    starts = [0, 0] if len(pixels) and pixels[0] else [0]
    borders = np.concatenate([starts, changes, [len(pixels)]]).astype(np.int64)
    return Rle((int(height), int(width)), _text(np.diff(borders)))


def from_runs(lengths: Sequence[int], size: tuple[int, int]) -> Rle:
    """Uncompressed run lengths (COCO's `counts` as a list) compressed.

    Raises:
        InvalidInputError: they do not fill the image.
    """
    height, width = size
    _check_size(height, width)
    if min(lengths, default=0) < 0 or sum(lengths) != height * width:
        _refuse(len(lengths), f"runs that fill {height} x {width} pixels")
    return Rle((height, width), _text(np.array(lengths, dtype=np.int64)))


def _check_size(height: int, width: int) -> None:
    if not (height > 0 and width > 0 and height * width <= MAX_PIXELS):
        raise InvalidInputError(
            FieldError("size", (height, width), f"height and width, at most {MAX_PIXELS} pixels")
        )


def _refuse(value: object, expected: str) -> Never:
    shown = value[:80] if isinstance(value, str) else value
    raise InvalidInputError(FieldError("counts", shown, expected))


def _runs(text: str) -> Numbers:
    """The runs that a string holds."""
    codes = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero((codes & 0x20) == 0)
    if ((codes < 0) | (codes > 0x3F)).any() or not len(ends) or ends[-1] != len(codes) - 1:
        _refuse(text, "COCO's compressed run lengths")
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() > _MAX_CHARACTERS:
        _refuse(text, "COCO's compressed run lengths")
    starts = ends - lengths + 1
    shifts = 5 * (np.arange(len(codes)) - np.repeat(starts, lengths))
    numbers = np.add.reduceat((codes & 0x1F) << shifts, starts)
    # The highest bit of the last character is the sign.
    negative = (codes[ends] & 0x10) != 0
    return _summed(np.where(negative, numbers - (1 << (5 * lengths)), numbers))


def _summed(differences: Numbers) -> Numbers:
    runs = differences.copy()
    runs[1::2] = np.cumsum(differences[1::2])
    runs[2::2] = np.cumsum(differences[2::2])
    return runs


def _text(runs: Numbers) -> str:
    """The string that holds these runs."""
    numbers = runs.copy()
    numbers[3:] -= runs[1:-2]
    shifts = 5 * np.arange(_MAX_CHARACTERS)
    groups = (numbers[:, None] >> shifts) & 0x1F
    rest = numbers[:, None] >> (shifts + 5)
    more = np.where(groups & 0x10, rest != -1, rest != 0)
    written = np.hstack([np.ones((len(numbers), 1), dtype=np.bool_), more[:, :-1]])
    codes = (groups + np.where(more, 0x20, 0) + 48).astype(np.uint8)
    return bytes(codes[np.logical_and.accumulate(written, axis=1)]).decode("ascii")


def resized(bitmap: Bitmap, height: int, width: int) -> Bitmap:
    """The bitmap of an image of another size: each pixel is what lay under its centre."""
    rows = (2 * np.arange(height) + 1) * bitmap.shape[0] // (2 * height)
    columns = (2 * np.arange(width) + 1) * bitmap.shape[1] // (2 * width)
    found: Bitmap = bitmap[rows[:, None], columns]
    return found
