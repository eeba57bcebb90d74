"""WebP: chunks of name, length and content in a RIFF file. RFC 9649."""

import struct
from collections.abc import Iterator

from plugin.imaging.exif import exif_of, orientation_of
from plugin.imaging.structure import Structure, animated, broken, cut_short

START = b"RIFF"
NAME = b"WEBP"

_MAX_CHUNKS = 4096
_EXTENDED, _LOSSY, _LOSSLESS, _FRAME = b"VP8X", b"VP8 ", b"VP8L", b"ANMF"
_PICTURE = frozenset({_LOSSY, _LOSSLESS, _FRAME, b"ALPH", b"ANIM", b"ICCP"})
_EXTENDED_SIZE = 18  # bytes, with its name and length
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def read_webp(data: bytes) -> Structure:
    """Read a WebP up to its end.

    Raises:
        InvalidInputError: it is cut short, broken, or an animation.
    """
    view, parts = memoryview(data), list[bytes | memoryview]()
    size: tuple[int, int] | None = None
    orientation, frames, flags_at = 0, 0, -1
    for name, start, end in _chunks(data):
        if name == _EXTENDED and end - start < _EXTENDED_SIZE:
            raise broken(f"half a header at byte {start}")
        frames += name in {_LOSSY, _LOSSLESS, _FRAME}
        size = size or _size(name, data[start + 8 : end])
        if name in _PICTURE:
            parts.append(view[start:end])
        elif name == _EXTENDED and flags_at < 0:
            flags_at = len(parts)
            parts.append(view[start:end])
        elif name == b"EXIF" and flags_at >= 0 and not orientation:
            orientation = orientation_of(data[start + 8 : end])
            parts.append(_exif_chunk(orientation))
    if size is None or not frames:
        raise broken("no picture")
    if frames > 1:
        raise animated(frames)
    if flags_at >= 0:
        parts[flags_at] = _flagged(parts[flags_at], orientation)
    header = START + struct.pack("<I", 4 + sum(map(len, parts))) + NAME
    return Structure("image/webp", "webp", *size, orientation or 1, (header, *parts))


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of every chunk; each begins at an even byte."""
    position, size = 12, 8 + int.from_bytes(data[4:8], "little")
    if size > len(data):
        raise cut_short(len(data))
    for _ in range(_MAX_CHUNKS):
        if position >= size:
            return
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + length + length % 2
        if end > size:
            raise cut_short(len(data))
        yield data[position : position + 4], position, end
        position = end
    raise broken(f"more than {_MAX_CHUNKS} chunks")


def _size(name: bytes, content: bytes) -> tuple[int, int] | None:
    """Width and height, where this chunk says them."""
    if name == _EXTENDED:
        return 1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(
            content[7:10], "little"
        )
    if name == _LOSSY and content[3:6] == b"\x9d\x01\x2a" and len(content) >= 10:
        width, height = struct.unpack_from("<HH", content, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == _LOSSLESS and content[:1] == b"\x2f" and len(content) >= 5:
        bits = int.from_bytes(content[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _flagged(extended: bytes | memoryview, orientation: int) -> bytes:
    """The VP8X chunk of a file that has no XMP, and EXIF only where it says an orientation."""
    flags = extended[8] & ~(_HAS_EXIF | _HAS_XMP)
    flags |= _HAS_EXIF if orientation > 1 else 0
    return bytes(extended[:8]) + bytes([flags]) + bytes(extended[9:])


def _exif_chunk(orientation: int) -> bytes:
    if orientation == 1:
        return b""
    content = exif_of(orientation)
    return b"EXIF" + struct.pack("<I", len(content)) + content
