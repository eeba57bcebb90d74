"""Images as a caller has them, and as they are sent: JPEG, PNG or WebP.

Taking a copy is the caller's part, because its buffer may be overwritten by the next frame;
encoding is the background thread's.
"""

import os
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plugin.domain.errors import FieldError, InvalidInputError

if TYPE_CHECKING:
    from PIL import Image

Source = bytes | str | os.PathLike[str] | np.ndarray[Any, Any] | Any
"""What `submit` takes: bytes, a path, an https address, an array or a Pillow image."""

EXPECTED = (
    "JPEG, PNG or WebP bytes, a path, an https address, "
    "an array (height x width x 3, or height x width, uint8) or a Pillow image"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An image that nobody changes any more; `size` in bytes, as it is held in memory."""

    image: "bytes | Path | np.ndarray[Any, Any] | Image.Image | None"
    size: int
    url: str = ""

    def encoded(self, quality: int) -> bytes:
        """The image as bytes to send; arrays and Pillow images as JPEG of that quality.

        Raises:
            InvalidInputError: it is no JPEG, PNG or WebP, or cannot be read or encoded.
        """
        try:
            content = self._content(quality)
        except (OSError, ValueError) as error:
            raise InvalidInputError(FieldError("image", str(error), EXPECTED)) from error
        extension_of(content)
        return content

    def _content(self, quality: int) -> bytes:
        if isinstance(self.image, bytes):
            return self.image
        if isinstance(self.image, Path):
            return self.image.read_bytes()
        # Who sends bytes needs no Pillow.
        from PIL import Image  # noqa: PLC0415

        picture = self.image
        picture = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        if picture is None:
            raise ValueError("an address has no content of its own")
        out = BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=quality)
        return out.getvalue()


def snapshot(image: Source, *, bgr: bool = True) -> Snapshot:
    """Take hold of an image: arrays and Pillow images are copied, files are read later.

    Args:
        image: see `EXPECTED`.
        bgr: an array's channels are blue, green, red, as OpenCV has them; else red, green, blue.

    Raises:
        InvalidInputError: it is none of what is expected.
    """
    if isinstance(image, bytes | bytearray | memoryview):
        return Snapshot(bytes(image), len(image))
    if isinstance(image, str) and image.startswith(("https://", "http://")):
        return Snapshot(None, len(image), url=image)
    if isinstance(image, str | os.PathLike):
        return Snapshot(Path(image), 0)
    if isinstance(image, np.ndarray):
        return _of_array(image, bgr=bgr)
    pillow = sys.modules.get("PIL.Image")
    if pillow and isinstance(image, pillow.Image):
        copy = image.copy()
        return Snapshot(copy, copy.width * copy.height * len(copy.getbands()))
    raise InvalidInputError(FieldError("image", type(image).__name__, EXPECTED))


def _of_array(array: np.ndarray[Any, Any], *, bgr: bool) -> Snapshot:
    is_colour = array.ndim == 3 and array.shape[2] == 3
    if array.dtype != np.uint8 or not (is_colour or array.ndim == 2) or not array.size:
        given = f"an array of shape {array.shape} of {array.dtype}"
        raise InvalidInputError(FieldError("image", given, EXPECTED))
    in_order = array[:, :, ::-1] if is_colour and bgr else array
    return Snapshot(np.array(in_order, order="C"), array.nbytes)


def extension_of(content: bytes) -> str:
    """`jpg`, `png` or `webp`, by the first bytes.

    Raises:
        InvalidInputError: it is none of them.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    raise InvalidInputError(FieldError("image", content[:12], EXPECTED))
