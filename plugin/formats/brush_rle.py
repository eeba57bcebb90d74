"""Label Studio's masks: the run lengths of its brush, packed bit by bit.

A header (32 bits: how many bytes follow decoded; 5 bits: the size of a value less one; four times
4 bits: the sizes of a length less one), then blocks: one bit for a run of one value or for single
values, two bits choosing the size of the length, the length less one, the value or values. What is
packed are RGBA pixels, row by row; the mask is the alpha of them:
https://github.com/HumanSignal/label-studio-sdk/blob/master/src/label_studio_sdk/converter/brush.py
and https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack
"""

from collections.abc import Sequence
from typing import Never

import numpy as np
from numpy.typing import NDArray

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.rle import MAX_PIXELS, Bitmap

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]

_LENGTH_SIZES = (3, 4, 8, 16)  # bits, those that Label Studio itself writes
_LONGEST = 1 << 16
_CHANNELS = 4


class _Bits:
    """Numbers of any size out of bytes, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0  # bits
        self.end = 8 * len(data)

    def read(self, size: int) -> int:
        start, self.place = self.place, self.place + size
        if self.place > self.end:
            _refuse("more bytes: this ends in the middle")
        last = (self.place + 7) // 8
        number = int.from_bytes(self.data[start // 8 : last], "big")
        return (number >> (8 * last - self.place)) & ((1 << size) - 1)

    def read_many(self, count: int, size: int) -> Bytes:
        """Numbers that lie one after the other, the lowest 8 bits of each."""
        start, self.place = self.place, self.place + count * size
        if self.place > self.end:
            _refuse("more bytes: this ends in the middle")
        packed = np.frombuffer(self.data[start // 8 : (self.place + 7) // 8], dtype=np.uint8)
        bits = np.unpackbits(packed)[start % 8 : start % 8 + count * size].reshape(count, size)
        return np.packbits(np.pad(bits, ((0, 0), (max(0, 8 - size), 0)))[:, -8:], axis=1)[:, 0]


def decode(data: Sequence[int], height: int, width: int) -> Bitmap:
    """The bitmap (rows of columns) of a brush stroke.

    Args:
        data: `value.rle` of a region, numbers from 0 to 255.
        height: of the image, in pixels (`original_height`).
        width: likewise.

    Raises:
        InvalidInputError: it is no such packing, or one of another size.
    """
    if not (height > 0 and width > 0 and height * width <= MAX_PIXELS):
        _refuse(f"an image of 1 to {MAX_PIXELS} pixels, not {width} x {height}")
    try:
        bits = _Bits(bytes(data))
    except (TypeError, ValueError):
        _refuse("numbers from 0 to 255")
    expected = height * width * _CHANNELS
    if bits.read(32) != expected:
        _refuse(f"the packing of {width} x {height} pixels")
    alpha = _unpacked(bits, expected).reshape(height, width, _CHANNELS)[:, :, _CHANNELS - 1]
    return alpha > 0


def _unpacked(bits: _Bits, total: int) -> Bytes:
    word = bits.read(5) + 1
    sizes = [bits.read(4) + 1 for _ in range(4)]
    out = np.zeros(total, dtype=np.uint8)
    place = 0
    while place < total:
        is_run = bits.read(1)
        length = bits.read(sizes[bits.read(2)]) + 1
        if place + length > total:
            _refuse(f"no more than {total} bytes when unpacked")
        # uint8 keeps the lowest 8 bits of larger words, as the SDK does.
        out[place : place + length] = (
            bits.read(word) & 0xFF if is_run else bits.read_many(length, word)
        )
        place += length
    return out


def encode(bitmap: Bitmap) -> list[int]:
    """A bitmap (rows of columns) as Label Studio's `value.rle`."""
    pixels = np.asarray(bitmap, dtype=np.bool_).ravel()
    borders = np.flatnonzero(np.diff(pixels)) + 1
    starts = np.concatenate([[0], borders]).astype(np.int64)
    lengths = _CHANNELS * np.diff(np.append(starts, len(pixels)))
    lengths, values = _cut(lengths, np.where(pixels[starts], 255, 0))
    header = [*_bits_of(len(pixels) * _CHANNELS, 32), *_bits_of(7, 5)]
    for size in _LENGTH_SIZES:
        header += _bits_of(size - 1, 4)
    packed = np.packbits(np.concatenate([header, _blocks(lengths, values)]).astype(np.uint8))
    return [int(each) for each in packed]


def _cut(lengths: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
    """Runs no longer than a block may be."""
    pieces = -(-lengths // _LONGEST)
    ends = np.cumsum(pieces) - 1
    cut = np.full(int(pieces.sum()), _LONGEST, dtype=np.int64)
    cut[ends] = lengths - (pieces - 1) * _LONGEST
    return cut, np.repeat(values, pieces)


def _blocks(lengths: Numbers, values: Numbers) -> Bytes:
    """The bits of runs: 1, the choice of size (2), the length less one, the value (8)."""
    choice = np.searchsorted([8, 16, 256], lengths)
    size = np.array(_LENGTH_SIZES)[choice]
    numbers = (((4 | choice) << size | (lengths - 1)) << 8) | values
    widths = 3 + size + 8
    places = widths[:, None] - 1 - np.arange(widths.max())
    bits: Numbers = (numbers[:, None] >> np.maximum(places, 0)) & 1
    return bits[places >= 0].astype(np.uint8)


def _bits_of(number: int, size: int) -> list[int]:
    return [(number >> place) & 1 for place in reversed(range(size))]


def _refuse(expected: str) -> Never:
    raise InvalidInputError(FieldError("rle", None, expected))
