"""Image files: their structure, their metadata, their pixels on the way to a screen."""

from collections.abc import Iterator
from io import BytesIO
from zlib import crc32

import msgspec
from PIL import Image

from plugin.domain.settings import ImageSettings
from plugin.edge.images import extension_of
from plugin.formats.native import decode_image
from plugin.images import fit, inspect, shrink, take_in
from plugin.imaging.exif import exif_of, orientation_of
from plugin.imaging.reading import read_structure
from tests.fuzz.rechunking import rechunked
from tests.fuzz.target import Target
from tests.image_samples import (
    PROFILE,
    cmyk_profile,
    exif,
    full_jpeg,
    full_png,
    full_webp,
    picture,
    save,
)

_WORDS = (
    b"\xff\xd8", b"\xff\xd9", b"\xff\xda\x00\x02", b"\xff\xe1\x00\x02", b"\xff\xc0\x00\x02",
    b"\xff\xc2",
    b"\xff\xc4\x00\x02", b"\xff\xdb\x00\x02", b"\xff\xee\x00\x0eAdobe", b"ICC_PROFILE\0\x01\x01",
    b"\xff\xdd\x00\x04\x00\x01", b"\0\0\0\0IDAT", b"\0\0\0\0IEND\xaeB\x60\x82", b"acTL", b"tRNS",
    b"VP8X\0\0\0\0", b"VP8X\x04\0\0\0\x10\0\0\0", b"VP8 \0\0\0\0", b"VP8L\0\0\0\0", b"ANMF\0\0\0\0",
    b"EXIF\0\0\0\0", b"ICCP\0\0\0\0", b"Exif\0\0", b"II*\0", b"MM\0*", b"\x12\x01\x03\0\x01\0\0\0",
)  # fmt: skip
_SMALL = ImageSettings(max_width=32, max_height=32)
_TIFF = exif_of(6)


def targets() -> Iterator[Target]:
    """Whole files, and the parts of them that have a format of their own."""
    files = _files()
    yield Target("image: structure", _structure, files, words=_WORDS, rewrite=rechunked)
    yield Target("image: as it is taken in", _taken, files, words=_WORDS, rewrite=rechunked)
    yield Target("image: made fit", _fitted, files, words=_WORDS, rewrite=rechunked)
    yield Target(
        "image: of a page", lambda data: shrink(data, 16), files, words=_WORDS, rewrite=rechunked
    )
    yield Target("image: ICC profile", _coloured, [PROFILE, cmyk_profile()])
    yield Target("image: EXIF", _turned, [_TIFF, b"Exif\0\0" + _TIFF, exif(3).tobytes()])
    posted = [b'{"base64": "/9j/4AAQ"}', b'{"url": "https://images.example.com/a.jpg"}', b"null"]
    yield Target("image in an event", _posted, posted)
    yield Target("image: of a client", extension_of, files, words=_WORDS)


def _files() -> list[bytes]:
    shown = picture(24, 16)
    return [
        *(save(shown.convert(mode), "JPEG") for mode in ("RGB", "L", "CMYK")),
        save(shown, "JPEG", progressive=True),
        save(shown, "JPEG", restart_marker_rows=1, exif=exif(6)),
        *(
            save(shown.convert(mode), "PNG")
            for mode in ("RGB", "L", "P", "1", "RGBA", "LA", "I;16")
        ),
        save(shown, "WEBP"),
        save(shown.convert("RGBA"), "WEBP", lossless=True),
        save(shown, "WEBP", exif=exif(8)),
        save(shown, "PNG", save_all=True, append_images=[shown]),
        *(make(6) for make in (full_jpeg, full_png, full_webp)),
    ]


def _structure(data: bytes) -> None:
    structure = read_structure(data)
    again = read_structure(structure.stripped)  # what is kept is a whole image as well
    assert (again.width, again.height, again.orientation) == (
        structure.width, structure.height, structure.orientation,
    )  # fmt: skip


def _taken(data: bytes) -> None:
    kept, facts = take_in(data, with_look=True)
    assert inspect(kept) is not None
    assert 1 <= facts.orientation <= 8


def _fitted(data: bytes) -> None:
    fitted = fit(data, inspect(data), _SMALL)
    assert fitted.width <= 32
    assert fitted.height <= 32


def _coloured(data: bytes) -> None:
    """A picture of a press, or one of a screen, with a profile that may be anything."""
    out = BytesIO()
    mode = "CMYK" if crc32(data) % 2 else "RGB"
    Image.new(mode, (8, 8)).save(out, "JPEG", icc_profile=data[:60_000])
    file = out.getvalue()
    fit(file, inspect(file), ImageSettings(max_width=16, max_height=16))


def _turned(data: bytes) -> None:
    assert 1 <= orientation_of(data) <= 8


def _posted(data: bytes) -> None:
    decode_image(msgspec.Raw(data))
