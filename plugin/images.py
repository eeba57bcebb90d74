"""Images: looked at before they are kept, made fit for a screen before they are shown."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.settings import ImageSettings

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
    """What an image is. `width` and `height` in pixels, as a person sees it (upright)."""

    content_type: str
    extension: str
    width: int
    height: int
    upright: bool


def inspect(data: bytes) -> ImageFacts:
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
    if orientation in _TURNED:
        width, height = height, width
    return ImageFacts(content_type, extension, width, height, upright=orientation == 1)


def fit(data: bytes, facts: ImageFacts, settings: ImageSettings) -> tuple[bytes, str]:
    """Make an image upright and small enough; one that is both passes through untouched.

    Returns:
        The image's bytes and content type.
    """
    small = facts.width <= settings.max_width and facts.height <= settings.max_height
    if small and facts.upright:
        return data, facts.content_type
    with _open(data) as opened:
        # Lets the JPEG decoder scale by 1/2, 1/4 or 1/8 on its way: several times faster.
        opened.draft("RGB", (settings.max_width, settings.max_height))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((settings.max_width, settings.max_height), Image.Resampling.BILINEAR)
    out = BytesIO()
    image.save(out, "JPEG", quality=settings.jpeg_quality)
    return out.getvalue(), "image/jpeg"


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
