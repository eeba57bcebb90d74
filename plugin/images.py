"""Images: looked at before they are kept, made fit for a screen before they are shown."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.settings import ImageSettings
from plugin.looks import perceptual_hash

MAX_PIXELS = 80_000_000
"""More is refused before it is decoded: a small file can hold a huge picture."""

# What every browser shows. Phones write JPEGs with a second picture inside, which Pillow calls MPO.
_TYPES = {
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
}
_ORIENTATION = 0x0112  # EXIF tag: https://exiftool.org/TagNames/EXIF.html
_TURNED = range(5, 9)  # orientations that swap width and height


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image is. `width` and `height` in pixels, as a person sees it (upright).

    `look` is its perceptual hash, where that was asked for.
    """

    content_type: str
    extension: str
    width: int
    height: int
    upright: bool
    look: int | None = None


def inspect(data: bytes, *, with_look: bool = False) -> ImageFacts:
    """Look at an image's header, then decode it whole, so that nothing broken is kept.

    Raises:
        InvalidInputError: not a JPEG, PNG or WebP, too many pixels, or cut short.
    """
    with _open(data) as image:
        content_type, extension = _TYPES[image.format or ""]
        width, height = image.size
        _decode(image)
        # Only now: a PNG may carry its EXIF behind the picture, so that asking decodes it.
        orientation = image.getexif().get(_ORIENTATION, 1)
        look = perceptual_hash(image) if with_look else None
    if orientation in _TURNED:
        width, height = height, width
    return ImageFacts(content_type, extension, width, height, orientation == 1, look)


@dataclass(frozen=True, slots=True)
class FittedImage:
    """An image as it is shown or trained on: upright, `width` and `height` in pixels."""

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int


def fit(data: bytes, facts: ImageFacts, settings: ImageSettings) -> FittedImage:
    """Make an image upright and small enough; one that is both passes through untouched."""
    small = facts.width <= settings.max_width and facts.height <= settings.max_height
    if small and facts.upright:
        return FittedImage(data, facts.content_type, facts.extension, facts.width, facts.height)
    with _open(data) as opened:
        # Lets the JPEG decoder scale by 1/2, 1/4 or 1/8 on its way: several times faster.
        opened.draft("RGB", (settings.max_width, settings.max_height))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((settings.max_width, settings.max_height), Image.Resampling.BILINEAR)
    out = BytesIO()
    image.save(out, "JPEG", quality=settings.jpeg_quality)
    return FittedImage(out.getvalue(), "image/jpeg", "jpg", *image.size)


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise _refusal(f"{len(data)} bytes", "a JPEG, PNG or WebP image") from None
    except Image.DecompressionBombError:
        raise _refusal(f"{len(data)} bytes", f"at most {MAX_PIXELS} pixels") from None
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _refusal(f"{width} x {height}", f"at most {MAX_PIXELS} pixels")
    return image


def _decode(image: Image.Image) -> None:
    # All of the data is read, but a JPEG is drawn at an eighth: enough to find what is cut short.
    image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise _refusal(f"broken ({error})", "a whole image") from None


def _refusal(value: str, expected: str) -> InvalidInputError:
    return InvalidInputError(FieldError("image", value, expected))
