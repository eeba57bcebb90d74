"""Images gone wrong inside: chunks changed, with lengths and checksums that fit what they hold.

Bytes that flip in a PNG are found by its checksums, and a length that is wrong hides all behind it:
so a decoder would hardly see any of it.
"""

import struct
import zlib
from collections.abc import Sequence
from random import Random

from tests.fuzz.mutating import Material, mutated

Chunk = tuple[bytes, bytes]
"""Name and content."""

_PNG = b"\x89PNG\r\n\x1a\n"
_NAMES = {
    b"PNG": (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"eXIf", b"acTL", b"gAMA",
    b"zTXt"),
    b"WEBP": (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "),
    b"JPEG": tuple(bytes([0xFF, each]) for each in (0xC0, 0xC2, 0xC4, 0xDB, 0xDD, 0xE0, 0xE1,
    0xE2, 0xEE)),
}  # fmt: skip


def rechunked(data: bytes, chance: Random, material: Material) -> bytes:
    """A PNG, WebP or JPEG with one to four of its chunks changed; anything else as it is."""
    kind, chunks, rest = _read(data)
    if not chunks:
        return data
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(chunks))
        chunks[at : at + 1] = _changed(chunks[at], kind, chance, material)
        if not chunks:
            break
    return _written(kind, chunks, rest)


def _changed(chunk: Chunk, kind: bytes, chance: Random, material: Material) -> list[Chunk]:
    name, content = chunk
    match chance.randrange(7):
        case 0:
            return []
        case 1:
            return [chunk, chunk]
        case 2:
            return [(chance.choice(_NAMES[kind]), content)]
        case 3:
            return [(chance.choice(_NAMES[kind]), b""), chunk]
        case 4:
            return [(name, content[: chance.randrange(len(content) + 1)])]
        case _:
            return [(name, mutated(content, chance, material))]


def _read(data: bytes) -> tuple[bytes, list[Chunk], bytes]:
    """The kind of a file, its chunks, and what stands behind them."""
    if data.startswith(_PNG):
        return b"PNG", *_split(data, len(_PNG), ">I4s", 4)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return b"WEBP", *_split(data, 12, "<4sI", 0)
    if data.startswith(b"\xff\xd8"):
        return b"JPEG", *_segments(data)
    return b"", [], data


def _split(data: bytes, at: int, head: str, behind: int) -> tuple[list[Chunk], bytes]:
    chunks: list[Chunk] = []
    while len(data) - at >= 8:
        name, length = sorted(
            struct.unpack_from(head, data, at), key=lambda each: type(each) is int
        )
        end = at + 8 + length
        chunks.append((name, data[at + 8 : end]))
        at = end + behind + (length % 2 if not behind else 0)
        if name == b"IEND" or end > len(data):
            break
    return chunks, data[at:]


def _segments(data: bytes) -> tuple[list[Chunk], bytes]:
    chunks, at = list[Chunk](), 2
    while data[at : at + 1] == b"\xff" and data[at : at + 2] != b"\xff\xda":
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4:
            break
        chunks.append((data[at : at + 2], data[at + 4 : end]))
        at = end
    return chunks, data[at:]


def _written(kind: bytes, chunks: Sequence[Chunk], rest: bytes) -> bytes:
    if kind == b"PNG":
        return _PNG + b"".join(map(_png, chunks)) + rest
    if kind == b"JPEG":
        return b"\xff\xd8" + b"".join(map(_jpeg, chunks)) + rest
    body = b"".join(map(_webp, chunks))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body + rest


def _png(chunk: Chunk) -> bytes:
    named = b"".join(chunk)
    return struct.pack(">I", len(chunk[1])) + named + struct.pack(">I", zlib.crc32(named))


def _webp(chunk: Chunk) -> bytes:
    name, content = chunk
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _jpeg(chunk: Chunk) -> bytes:
    name, content = chunk
    return name + struct.pack(">H", 2 + len(content[:65_533])) + content[:65_533]
