"""Odd colours: accepted, and shown alike by every browser once an image is made fit."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from plugin.domain.settings import ImageSettings
from plugin.images import fit, inspect
from tests.image_samples import PROFILE, chunk, cmyk_profile, opened, picture, save


def fitted(data: bytes, **settings: int) -> Image.Image:
    return opened(fit(data, inspect(data), ImageSettings(jpeg_quality=100, **settings)).data)


def middle(image: Image.Image) -> tuple[int, int, int]:
    pixel = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def near(one: tuple[int, int, int], other: tuple[int, int, int], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def cyan(**options: object) -> bytes:
    return save(Image.new("CMYK", (64, 64), (255, 0, 0, 0)), "JPEG", quality=100, **options)


def test_cmyk_becomes_rgb() -> None:
    data = cyan()
    assert not inspect(data).displayable
    shown = fitted(data)
    assert shown.mode == "RGB"
    assert near(middle(shown), (0, 255, 255))


def test_cmyk_becomes_srgb_by_its_profile() -> None:
    shown = fitted(cyan(icc_profile=cmyk_profile()))
    assert "icc_profile" not in shown.info
    red, green, blue = middle(shown)
    assert blue > 150
    assert green < 90  # without the profile it is 255
    assert red < 180


@pytest.mark.parametrize("profile", [b"nonsense", PROFILE])
def test_cmyk_with_a_profile_of_something_else_is_shown_all_the_same(profile: bytes) -> None:
    assert near(middle(fitted(cyan(icc_profile=profile))), (0, 255, 255))


def grey_16(value: int) -> bytes:
    return save(Image.fromarray(np.full((32, 32), value, np.uint16)), "PNG")


@pytest.mark.parametrize("value", [0, 300, 0x8080, 0xFFFF])
def test_16_bit_grey_is_scaled_and_not_clipped(value: int) -> None:
    data = grey_16(value)
    assert not inspect(data).displayable
    shown = fitted(data)
    assert shown.mode == "L"
    assert near(middle(shown), (value >> 8,) * 3, by=1)


def test_the_look_of_16_bit_grey_is_that_of_8_bits() -> None:
    grey = picture().convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    looks = [inspect(save(image, "PNG"), with_look=True).look for image in (grey, deep)]
    assert looks[0] == looks[1]


def test_16_bit_colours_become_8() -> None:
    data = rgb_16((0x1234, 0x8080, 0xFE01))
    assert not inspect(data).displayable
    assert near(middle(fitted(data)), (0x12, 0x80, 0xFE), by=2)


def rgb_16(colour: tuple[int, int, int]) -> bytes:
    """A PNG of one colour; Pillow reads 16 bits a channel and does not write them."""
    rows = (b"\0" + struct.pack(">3H", *colour) * 8) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_other_modes_pass_through_when_small_and_look_the_same_when_scaled(mode: str) -> None:
    image = Image.new("L", (64, 64), 255).convert(mode)
    data = save(image, "PNG")
    assert inspect(data).displayable
    assert fit(data, inspect(data), ImageSettings()).data == data
    shown = fitted(data, max_width=32)
    assert shown.mode == ("L" if mode in {"1", "L", "LA"} else "RGB")
    assert near(middle(shown), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_laid_on_white(kind: str) -> None:
    data = save(Image.new("RGBA", (64, 64), (200, 0, 0, 0)), kind, lossless=True, exact=True)
    assert near(middle(fitted(data, max_width=32)), (255, 255, 255))


def test_a_transparent_colour_of_a_palette_is_laid_on_white() -> None:
    red = Image.new("RGB", (64, 64), "red").convert("P", palette=Image.Palette.ADAPTIVE)
    data = save(red, "PNG", transparency=red.getpixel((0, 0)))
    assert near(middle(fitted(data, max_width=32)), (255, 255, 255))


def test_a_profile_that_is_too_large_for_a_jpeg_is_left_off() -> None:
    data = save(picture(), "WEBP", icc_profile=bytes(17_000_000))
    assert "icc_profile" not in fitted(data, max_width=32).info


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_colour_profile_stays_when_an_image_is_scaled(kind: str) -> None:
    data = save(picture(), kind, icc_profile=PROFILE)
    assert fitted(data, max_width=32).info["icc_profile"] == PROFILE
