"""Colours that every browser shows alike: grey or RGB, 8 bits a channel, nothing transparent."""

from io import BytesIO
from typing import cast

import numpy as np
from PIL import Image, ImageCms

MAX_PROFILE = 4_000_000  # bytes; those of presses have up to 3 MB, a JPEG holds 16


def to_screen(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """The image in grey or RGB, with the ICC profile that belongs to the result.

    16 bits are scaled to 8, what is transparent is laid on white, and CMYK becomes sRGB through
    its profile where it has one that can be used.
    """
    profile = _profile_of(image)
    if image.mode == "CMYK":
        return _from_cmyk(image, profile), None
    if image.mode.startswith("I"):
        # Pillow clips here: anything above 255 would be white.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)), profile
    if image.has_transparency_data:
        return _on_white(image), profile
    return image.convert("L" if image.mode in {"1", "L"} else "RGB"), profile


def _profile_of(image: Image.Image) -> bytes | None:
    profile = cast("bytes | None", image.info.get("icc_profile"))
    return profile if profile and len(profile) <= MAX_PROFILE else None


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile is None:
        return image.convert("RGB")
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")  # a profile of other colours, or none at all
    return cast("Image.Image", converted)


def _on_white(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    mode = "L" if image.mode == "LA" else "RGB"
    return Image.alpha_composite(white, seen).convert(mode)
