"""JPEG: segments behind markers, ITU-T T.81 annex B; compressed data lies behind each SOS segment.

The end of the picture is found by its marker, which compressed data cannot contain. So a file that
was cut anywhere is found, and a second picture behind the first (MPO) is seen and left off. Bits
that flipped inside the compressed data are not found here; decoders draw what they can of those.
"""

import re
import struct
from collections.abc import Iterator

from plugin.imaging.exif import PREFIX, exif_of, orientation_of
from plugin.imaging.structure import Structure, broken, cut_short, refusal

START = b"\xff\xd8\xff"

# The usual JPEG has a dozen segments, a progressive one ten scans: each a pass over the picture.
_MAX_SEGMENTS = 4096
_MAX_SCANS = 100
_FIRST_ROWS, _FIRST_BYTES = 64, 4096

_SOF = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
_REFUSED = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xCC}  # lossless, hierarchical, arithmetic
_EOI, _SOS, _EXIF, _ICC = 0xD9, 0xDA, 0xE1, 0xE2
_ALONE = frozenset({0x00, 0x01, 0xD8, *range(0xD0, 0xD8)})  # markers without a segment
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, _EOI})
# Of the application's segments these change what is seen: JFIF, colour profile, Adobe's transform.
_VISIBLE = {0xE0: b"JFIF\0", _ICC: b"ICC_PROFILE\0", 0xEE: b"Adobe"}

_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_HEADER = struct.Struct(">BHHB")  # bits, height, width, components
_HEIGHT = 5  # from the marker


def read_jpeg(data: bytes) -> Structure:
    """Read a JPEG up to the end of its (first) picture.

    Raises:
        InvalidInputError: it is cut short or broken, or of a kind that browsers do not show.
    """
    view, parts = memoryview(data), list[bytes | memoryview]()
    header: tuple[int, int, int] | None = None
    orientation, scans, kept_from, end = 0, 0, 0, 0
    for marker, start, end in _segments(data):
        if marker in _SOF:
            header = _header(data[start + 4 : end], header)
        elif marker == _SOS:
            scans += 1
        elif not _is_picture(data, marker, start):
            parts.append(view[kept_from:start])
            kept_from = end
            if marker == _EXIF and not orientation and data.startswith(PREFIX, start + 4):
                orientation = orientation_of(data[start + 4 : end])
                parts.append(_exif_segment(orientation))
    parts.append(view[kept_from:end])
    if header is None or not 0 < scans <= _MAX_SCANS:
        raise broken(f"{scans} scans of a picture")
    width, height, components = header
    return Structure(
        "image/jpeg", "jpg", width, height, orientation or 1, tuple(parts), components < 4
    )


def beginning(data: bytes) -> tuple[int, bytes]:
    """A (checked) JPEG of the first rows alone: how many, and its tables and some of its data."""
    position, header = 2, 0
    marker, start = _marker(data, position)
    while marker != _SOS:
        header = start if marker in _SOF else header
        position = _end_of(data, marker, start)
        marker, start = _marker(data, position)
    until = start + _FIRST_BYTES
    following = _NEXT_MARKER.search(data, start + 2, until)
    first = bytearray(data[: following.start() if following else until].rstrip(b"\xff"))
    place = slice(header + _HEIGHT, header + _HEIGHT + 2)
    rows = min(int.from_bytes(data[place], "big"), _FIRST_ROWS)
    first[place] = rows.to_bytes(2, "big")  # else decoders make up all the others
    return rows, bytes(first) + b"\xff\xd9"


def profile_segments(data: bytes) -> bytes:
    """The segments of a (checked) JPEG that hold its ICC profile, ready to stand in another."""
    if _VISIBLE[_ICC] not in data:
        return b""  # as most have none, and walking through a file takes ten times as long
    found = (data[start:end] for marker, start, end in _segments(data) if marker == _ICC)
    return b"".join(each for each in found if each.startswith(_VISIBLE[_ICC], 4))


def with_segments(data: bytes, segments: bytes) -> bytes:
    """A JPEG with more segments behind its first, which says that it is one (JFIF)."""
    if not segments:
        return data
    place = _end_of(data, *_marker(data, 2))
    return data[:place] + segments + data[place:]


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of every segment; an SOS with its data, and last the EOI."""
    position = 2
    for _ in range(_MAX_SEGMENTS):
        marker, start = _marker(data, position)
        position = _end_of(data, marker, start)
        yield marker, start, position
        if marker == _EOI:
            return
    raise broken(f"more than {_MAX_SEGMENTS} segments")


def _marker(data: bytes, position: int) -> tuple[int, int]:
    found = _MARKER.match(data, position)
    if found is None:
        if data[position : position + 1] in {b"", b"\xff"}:
            raise cut_short(len(data))
        raise broken(f"no marker at byte {position}")
    return data[found.end() - 1], found.end() - 2


def _end_of(data: bytes, marker: int, start: int) -> int:
    if marker == _EOI:
        return start + 2
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    if end > len(data) or start + 4 > len(data):
        raise cut_short(len(data))
    if marker in _ALONE or end < start + 4:
        raise broken(f"marker 0x{marker:02x} at byte {start}")
    if marker != _SOS:
        return end
    following = _NEXT_MARKER.search(data, end)
    return following.start() if following else len(data)


def _header(segment: bytes, before: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """Width, height and components from an SOF segment, of which there is one."""
    if before is not None or len(segment) < _HEADER.size:
        raise broken("two headers, or half of one")
    bits, height, width, components = _HEADER.unpack_from(segment)
    if bits != 8 or components not in {1, 3, 4}:
        raise refusal(f"a JPEG of {components} channels of {bits} bits", "1, 3 or 4 of 8 bits")
    return width, height, components


def _is_picture(data: bytes, marker: int, start: int) -> bool:
    if marker in _REFUSED:
        raise refusal(f"a JPEG of kind 0x{marker:02x}", "a baseline or progressive JPEG")
    name = _VISIBLE.get(marker)
    return marker in _TABLES or (name is not None and data.startswith(name, start + 4))


def _exif_segment(orientation: int) -> bytes:
    if orientation == 1:
        return b""
    content = PREFIX + exif_of(orientation)
    return struct.pack(">BBH", 0xFF, _EXIF, 2 + len(content)) + content
