"""What the structure of an image file says, without a pixel decoded."""

from collections.abc import Sequence
from dataclasses import dataclass

from plugin.domain.errors import FieldError, InvalidInputError

MAX_PIXELS = 80_000_000
"""More is refused before it is decoded: a small file can hold a huge picture."""


@dataclass(frozen=True, slots=True)
class Structure:
    """An image file, read from its headers to its end.

    `width` and `height` in pixels, as stored; `orientation` as in EXIF, 1 to 8. `parts`, joined,
    are the file without its metadata. `displayable` says whether every browser and every reader
    of images shows it alike: 8 bits a channel, not CMYK.
    """

    content_type: str
    extension: str
    width: int
    height: int
    orientation: int
    parts: Sequence[bytes | memoryview]
    displayable: bool = True

    @property
    def stripped(self) -> bytes:
        """The file without its metadata: the same pixels, colours and orientation."""
        return b"".join(self.parts)


def refusal(value: str, expected: str) -> InvalidInputError:
    """An image that cannot be used."""
    return InvalidInputError(FieldError("image", value, expected))


def cut_short(size: int) -> InvalidInputError:
    """An image of `size` bytes that ends before its end."""
    return refusal(f"cut short after {size} bytes", "a whole image")


def broken(what: str) -> InvalidInputError:
    """An image that does not keep to its format."""
    return refusal(f"broken ({what})", "a whole image")


def animated(frames: int) -> InvalidInputError:
    """An image that moves."""
    return refusal(f"an animation of {frames} frames", "a still image")


def check_size(width: int, height: int) -> None:
    """Refuse a picture that is empty or has too many pixels.

    Raises:
        InvalidInputError: naming its size.
    """
    if not 0 < width * height <= MAX_PIXELS:
        raise refusal(f"{width} x {height}", f"at most {MAX_PIXELS} pixels, and at least one")
