"""Images: what is refused, what passes through, what is turned and scaled."""

import re
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from plugin.domain.errors import InvalidInputError
from plugin.domain.settings import ImageSettings
from plugin.images import FittedImage, ImageFacts, fit, inspect
from tests.image_samples import chunk, exif, full_jpeg, full_png, full_webp, opened, picture, save
from tests.samples import jpeg

SMALL = picture(32, 24)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b"", "0 bytes", id="nothing"),
        pytest.param(b"<html><body>no</body></html>", "<html>", id="a page"),
        pytest.param("Straße".encode(), "Stra", id="a text"),
        pytest.param(save(SMALL, "GIF"), "GIF8", id="a GIF"),
        pytest.param(save(SMALL, "TIFF"), "II", id="a TIFF"),
        pytest.param(jpeg()[:300], "cut short", id="hardly a header"),
        pytest.param(jpeg()[:-2000], "cut short", id="a JPEG cut short"),
        pytest.param(jpeg()[:60] + b"<p>Error</p>" + jpeg()[60:], "broken", id="an error inside"),
        pytest.param(jpeg().replace(b"\xff\xc0", b"\xff\xc3"), "0xc3", id="a lossless JPEG"),
        pytest.param(b"\xff\xd8\xff\xd9", "0 scans", id="a JPEG of nothing"),
        pytest.param(save(SMALL, "PNG")[:40] + save(SMALL, "PNG")[41:], "", id="a byte lost"),
        pytest.param(flipped(save(SMALL, "PNG"), 60), "checksum", id="a bit flipped in a PNG"),
        pytest.param(b"RIFF\x04\0\0\0WEBP", "no picture", id="a WebP of nothing"),
        pytest.param(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "no header", id="a PNG of nothing"
        ),
    ],
)
def test_what_is_no_whole_image_is_refused(data: bytes, value: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        inspect(data)
    assert caught.value.errors[0].field == "image"
    assert value in str(caught.value.errors[0].value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(save(SMALL, "JPEG"), id="JPEG"),
        pytest.param(save(SMALL, "JPEG", progressive=True), id="progressive JPEG"),
        pytest.param(save(SMALL, "JPEG", restart_marker_rows=1), id="JPEG with restarts"),
        pytest.param(
            jpeg(32, 24, exif=b"Exif\0\0" + save(SMALL, "JPEG")), id="JPEG with a thumbnail"
        ),
        pytest.param(save(SMALL, "PNG"), id="PNG"),
        pytest.param(save(SMALL, "WEBP"), id="WebP"),
        pytest.param(full_webp()[:-19], id="WebP with chunks"),
    ],
)
def test_an_image_that_was_cut_anywhere_is_refused(data: bytes) -> None:
    inspect(data)
    for end in range(len(data)):
        with pytest.raises(InvalidInputError):
            inspect(data[:end])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused_and_one_of_a_single_frame_is_none(kind: str) -> None:
    moving = save(SMALL, kind, save_all=True, append_images=[ImageOps.invert(SMALL)])
    assert opened(moving).n_frames == 2  # type: ignore[attr-defined]
    with pytest.raises(InvalidInputError, match=r"animation of 2 frames.*a still image"):
        inspect(moving)
    assert inspect(save(SMALL, kind, save_all=True)).width == 32


def test_of_a_phones_two_pictures_the_first_counts() -> None:
    both = save(SMALL, "MPO", save_all=True, append_images=[picture(64, 64)])
    assert opened(both).format == "MPO"
    assert inspect(both) == ImageFacts("image/jpeg", "jpg", 32, 24)


@pytest.mark.parametrize("with_look", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(save(Image.new("1", (9400, 9400)), "PNG"), id="PNG"),
        pytest.param(
            jpeg().replace(struct.pack(">HH", 240, 320), struct.pack(">HH", 65_535, 65_535)),
            id="JPEG",
        ),
        pytest.param(save(Image.new("L", (9400, 9400)), "WEBP", lossless=True), id="WebP"),
    ],
)
def test_too_many_pixels_are_refused_before_they_are_decoded(data: bytes, with_look: bool) -> None:
    assert len(data) < 200_000
    with pytest.raises(InvalidInputError, match="at most 80000000 pixels"):
        inspect(data, with_look=with_look)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        pytest.param(b"zTXt", b"Comment\0\0", id="a text"),
        pytest.param(b"iTXt", b"Comment\0\1\0\0\0", id="an international text"),
        pytest.param(b"iCCP", b"profile\0\0", id="a colour profile"),
    ],
)
def test_a_bomb_in_a_chunk_stays_small(name: bytes, head: bytes) -> None:
    usual = save(SMALL, "PNG")
    bomb = chunk(name, head + zlib.compress(bytes(50_000_000), 9))
    data = usual[:33] + bomb + usual[33:]
    tracemalloc.start()
    try:
        facts = inspect(data)
        assert tracemalloc.get_traced_memory()[1] < 500_000
        fit(data, facts, ImageSettings())
    except InvalidInputError as error:
        assert name == b"iCCP", error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 5_000_000


def second_header(kind: str) -> bytes:
    """A small picture that names another size further on, for decoders that believe the last."""
    data = save(SMALL, kind, quality=80)
    huge = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    if kind == "PNG":
        return data[:33] + chunk(b"IHDR", huge) + data[33:]
    if kind == "JPEG":
        start = data.index(b"\xff\xc0")
        header = data[start : start + 19]
        return data[:start] + header[:5] + b"\xff" * 4 + header[9:] + data[start:]
    extended = b"VP8X" + struct.pack("<II", 10, 0) + bytes([31, 0, 0, 23, 0, 0])
    frame = data[12:26] + struct.pack("<HH", 16_383, 16_383) + data[30:]
    return b"RIFF" + struct.pack("<I", 4 + len(extended + frame)) + b"WEBP" + extended + frame


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_second_size_is_not_believed(kind: str) -> None:
    data = second_header(kind)
    with pytest.raises(InvalidInputError, match="broken"):
        fit(data, inspect(data), ImageSettings(max_width=16))


def broken_pixels(kind: str) -> bytes:
    """A file of the right structure whose picture cannot be drawn."""
    if kind == "JPEG":
        # Without its quantisation tables; libjpeg draws what it can of anything less.
        return re.sub(rb"\xff\xdb\0C.{65}", b"", jpeg(), flags=re.DOTALL)
    data = save(SMALL, "PNG")
    return data[:33] + chunk(b"IDAT", b"nonsense") + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("width", [1280, 16])
def test_pixels_that_cannot_be_drawn_are_found_when_an_image_is_made_fit(
    kind: str, width: int
) -> None:
    data = broken_pixels(kind)
    facts = inspect(data)
    with pytest.raises(InvalidInputError, match="broken"):
        fit(data, facts, ImageSettings(max_width=width))
    with pytest.raises(InvalidInputError, match="broken"):
        inspect(data, with_look=True)


@pytest.mark.parametrize(
    ("data", "content_type", "extension"),
    [
        pytest.param(jpeg(640, 480), "image/jpeg", "jpg", id="JPEG"),
        pytest.param(save(picture(640, 480), "PNG"), "image/png", "png", id="PNG"),
        pytest.param(save(picture(640, 480), "WEBP"), "image/webp", "webp", id="WebP"),
        pytest.param(
            save(picture(640, 480).convert("RGBA"), "PNG"), "image/png", "png", id="transparent"
        ),
    ],
)
def test_a_small_upright_image_passes_through_untouched(
    data: bytes, content_type: str, extension: str
) -> None:
    fitted = fit(data, inspect(data), ImageSettings())
    assert fitted == FittedImage(data, content_type, extension, 640, 480)


def test_a_large_image_is_scaled_to_fit() -> None:
    data = jpeg(1600, 800)
    scaled = fit(data, inspect(data), ImageSettings(max_width=400, max_height=300))
    assert (scaled.content_type, scaled.width, scaled.height) == ("image/jpeg", 400, 200)
    assert opened(scaled.data).size == (400, 200)


@pytest.mark.parametrize("make", [full_jpeg, full_png, full_webp])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_an_image_that_is_turned_is_made_upright(make: object, orientation: int) -> None:
    assert callable(make)
    data = make(orientation)
    expected = ImageOps.exif_transpose(opened(data)).convert("L")
    facts = inspect(data)
    assert (facts.width, facts.height, facts.upright) == (*expected.size, False)
    fitted = opened(fit(data, facts, ImageSettings(jpeg_quality=95)).data)
    assert fitted.size == expected.size
    assert not fitted.getexif()
    apart = ImageOps.invert(expected)
    assert distance(fitted.convert("L"), expected) < 3 < distance(apart, expected)


def test_a_turned_image_is_no_smaller_than_its_box_asks_for() -> None:
    data = save(picture(800, 400), "JPEG", exif=exif(6))
    fitted = fit(data, inspect(data), ImageSettings(max_width=100, max_height=200))
    assert (fitted.width, fitted.height) == (100, 200)


def distance(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two grey images, 0 to 255."""
    differences = np.asarray(one, np.float32) - np.asarray(other, np.float32)
    return float(np.abs(differences).mean())
