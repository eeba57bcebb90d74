"""PNG: chunks of length, name, content and checksum.

https://www.w3.org/TR/png-3/#5DataRep

The checksums of the picture's own chunks are checked, nothing is decompressed: a bomb stays small.
"""

import struct
import zlib
from collections.abc import Iterator

from plugin.imaging.exif import exif_of, orientation_of
from plugin.imaging.structure import Structure, animated, broken, cut_short

START = b"\x89PNG\r\n\x1a\n"

# Encoders write 4 to 64 kB of picture into a chunk.
_MAX_CHUNKS = 65_536
_HEADER = struct.Struct(">IIBBBBB")  # width, height, bits, colours, compression, filter, interlace
_BITS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PALETTE = b"PLTE"
# Everything that changes what is seen; texts, times and what programs add for themselves do not.
_PICTURE = frozenset({
    b"IHDR", _PALETTE, b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs",
})  # fmt: skip


def read_png(data: bytes) -> Structure:
    """Read a PNG up to its end.

    Raises:
        InvalidInputError: it is cut short, broken, or an animation.
    """
    view, parts = memoryview(data), list[bytes | memoryview]()
    names, orientation, kept_from, end = set[bytes](), 0, 0, 0
    for name, start, end in _chunks(data):
        if name == b"IHDR" and name in names:
            raise broken("two headers")
        names.add(name)
        if name == b"acTL":
            _check_still(data[start + 8 : end])
        if name not in _PICTURE:
            parts.append(view[kept_from:start])
            kept_from = end
            if name == b"eXIf" and not orientation:
                orientation = orientation_of(data[start + 8 : end - 4])
                parts.append(_exif_chunk(orientation))
    parts.append(view[kept_from:end])
    width, height, bits, colours = _header(data)
    if b"IDAT" not in names or (colours == 3 and _PALETTE not in names):
        raise broken("no picture")
    return Structure("image/png", "png", width, height, orientation or 1, tuple(parts), bits < 16)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of every chunk up to IEND, the signature in front of the first."""
    view, position, size = memoryview(data), len(START), len(data)
    for _ in range(_MAX_CHUNKS):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > size:
            raise cut_short(size)
        name = data[position + 4 : position + 8]
        if name in _PICTURE:
            checksum = int.from_bytes(data[end - 4 : end], "big")
            if zlib.crc32(view[position + 4 : end - 4]) != checksum:
                raise broken(f"checksum of the chunk at byte {position}")
        yield name, position, end
        if name == b"IEND":
            return
        position = end
    raise broken(f"more than {_MAX_CHUNKS} chunks")


def _header(data: bytes) -> tuple[int, int, int, int]:
    """Width, height, bits a channel and kind of colours from the first chunk."""
    if data[8:16] != b"\0\0\0\x0dIHDR":
        raise broken("no header")
    width, height, bits, colours, *methods = _HEADER.unpack_from(data, 16)
    if bits not in _BITS.get(colours, ()) or methods[:2] != [0, 0] or methods[2] > 1:
        raise broken("a header with unknown values")
    return width, height, bits, colours


def _check_still(control: bytes) -> None:
    frames = int.from_bytes(control[:4], "big")
    if frames > 1:
        raise animated(frames)


def _exif_chunk(orientation: int) -> bytes:
    if orientation == 1:
        return b""
    named = b"eXIf" + exif_of(orientation)
    return struct.pack(">I", len(named) - 4) + named + struct.pack(">I", zlib.crc32(named))
