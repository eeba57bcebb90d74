"""Images: looked at before they are kept, made fit for a screen before they are shown.

At the door a file's structure is read, which finds what is no image and what was cut short, at a
thirtieth of the cost of decoding it. Whether it can be drawn shows when it is made fit.
"""

import struct
import zlib
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image

from plugin.domain.settings import ImageSettings
from plugin.imaging.colour import to_screen
from plugin.imaging.jpeg import beginning
from plugin.imaging.reading import read_structure
from plugin.imaging.structure import Structure, broken
from plugin.looks import perceptual_hash

_UNDRAWABLE = (
    Image.DecompressionBombError, LookupError, OSError, OverflowError, SyntaxError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises for files that it cannot draw: its readers of chunks trust what they say."""

_PAGE_QUALITY = 75

_TURNED = range(5, 9)  # orientations that swap width and height
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image is. `width` and `height` in pixels, as a person sees it (upright).

    `orientation` as in EXIF, 1 to 8. `displayable` is false for CMYK and for 16 bits a channel.
    `look` is its perceptual hash, where that was asked for.
    """

    content_type: str
    extension: str
    width: int
    height: int
    orientation: int = 1
    displayable: bool = True
    look: int | None = None

    @property
    def upright(self) -> bool:
        """Whether it is shown as it is stored, neither turned nor mirrored."""
        return self.orientation == 1


def take_in(
    data: bytes, *, keep_metadata: bool = False, with_look: bool = False
) -> tuple[bytes, ImageFacts]:
    """Look at an image that was posted; the bytes to keep, without metadata, and what it is.

    Dropped are EXIF but for the orientation, XMP, IPTC, comments and whatever stands behind the
    picture. The picture itself is not written anew.

    Raises:
        InvalidInputError: not a JPEG, PNG or WebP, cut short, an animation, too many pixels.
    """
    structure = read_structure(data)
    return data if keep_metadata else structure.stripped, _facts(structure, with_look=with_look)


def inspect(data: bytes, *, with_look: bool = False) -> ImageFacts:
    """Look at an image from its headers to its end; it is decoded for its look alone.

    Raises:
        InvalidInputError: not a JPEG, PNG or WebP, cut short, an animation, too many pixels.
    """
    return _facts(read_structure(data), with_look=with_look)


@dataclass(frozen=True, slots=True)
class FittedImage:
    """An image as it is shown or trained on: upright, `width` and `height` in pixels."""

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int


def fit(data: bytes, facts: ImageFacts, settings: ImageSettings) -> FittedImage:
    """Make an image upright, small enough and of colours that browsers show alike.

    One that is all of that passes through untouched; any other becomes a JPEG that keeps its ICC
    profile. What is drawn anew is decoded whole. Of a JPEG that passes through, the beginning is:
    it shows whether there is anything to draw with, and decoders make something of all the rest.
    One whose look is known was decoded already.

    Raises:
        InvalidInputError: it cannot be drawn.
    """
    if facts.look is not None and _is_fit(facts, settings):
        return _untouched(data, facts)
    return _fitted(data, read_structure(data), facts, settings)


def inspect_and_fit(data: bytes, settings: ImageSettings) -> FittedImage:
    """Look at an image and make it fit: as `inspect`, then `fit`, with one walk through its file.

    Raises:
        InvalidInputError: what `inspect` and `fit` raise.
    """
    structure = read_structure(data)
    return _fitted(data, structure, _facts(structure, with_look=False), settings)


def _fitted(
    data: bytes, structure: Structure, facts: ImageFacts, settings: ImageSettings
) -> FittedImage:
    if _is_fit(facts, settings):
        _try_out(structure)
        return _untouched(data, facts)
    return _drawn_anew(structure, settings)


def _is_fit(facts: ImageFacts, settings: ImageSettings) -> bool:
    small = facts.width <= settings.max_width and facts.height <= settings.max_height
    return small and facts.upright and facts.displayable


def _untouched(data: bytes, facts: ImageFacts) -> FittedImage:
    return FittedImage(data, facts.content_type, facts.extension, facts.width, facts.height)


def shrink(data: bytes, side: int) -> bytes:
    """An image as a JPEG for a page: upright, `side` pixels at its longer side at most.

    Raises:
        InvalidInputError: it cannot be drawn.
    """
    structure = read_structure(data)
    size = _within((structure.width, structure.height), (side, side))
    return _scaled(structure, size, _PAGE_QUALITY)


def _drawn_anew(structure: Structure, settings: ImageSettings) -> FittedImage:
    stored = (structure.width, structure.height)
    box = (settings.max_width, settings.max_height)
    size = _within(stored, box[::-1] if structure.orientation in _TURNED else box)
    width, height = size[::-1] if structure.orientation in _TURNED else size
    data = _scaled_fast(structure, size, settings.jpeg_quality)
    if data is None:
        data = _scaled(structure, size, settings.jpeg_quality)
    return FittedImage(data, "image/jpeg", "jpg", width, height)


def _within(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The size at which a picture just fits into a box; one that does keeps its own."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _scaled_fast(structure: Structure, size: tuple[int, int], quality: int) -> bytes | None:
    if structure.content_type != "image/jpeg" or not structure.displayable:
        return None
    # OpenCV is large, and the web server never gets here.
    from plugin.imaging.scaling import scale_jpeg  # noqa: PLC0415

    return scale_jpeg(structure.stripped, size, structure.orientation, quality)


def _scaled(structure: Structure, size: tuple[int, int], quality: int) -> bytes:
    # Lets the JPEG decoder scale by 1/2, 1/4 or 1/8 on its way: several times faster.
    image, profile = to_screen(_decode(structure, "RGB", size))
    image = image.resize(size, Image.Resampling.BILINEAR)
    if structure.orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[structure.orientation])
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, icc_profile=profile)
    return out.getvalue()


def _facts(structure: Structure, *, with_look: bool) -> ImageFacts:
    width, height = structure.width, structure.height
    if structure.orientation in _TURNED:
        width, height = height, width
    look = perceptual_hash(to_screen(_decode_small(structure))[0]) if with_look else None
    return ImageFacts(
        content_type=structure.content_type,
        extension=structure.extension,
        width=width,
        height=height,
        orientation=structure.orientation,
        displayable=structure.displayable,
        look=look,
    )


def _try_out(structure: Structure) -> None:
    if structure.content_type == "image/jpeg":
        # A tenth of the time that all of it takes; of damage further on, Pillow would say nothing.
        rows, first = beginning(structure.stripped)
        structure = replace(structure, parts=(first,), height=rows)
    _decode_small(structure)


def _decode_small(structure: Structure) -> Image.Image:
    # All of the data is read, but a JPEG is drawn at an eighth: enough to find what is broken.
    eighth = (max(1, structure.width // 8), max(1, structure.height // 8))
    return _decode(structure, "L", eighth)


def _decode(structure: Structure, mode: str, size: tuple[int, int]) -> Image.Image:
    """Decode a picture, a JPEG at the scale that is just not below a size.

    Pillow sees the picture alone: no metadata for it to stumble over, and no second picture.
    """
    try:
        image = Image.open(BytesIO(structure.stripped), formats=("JPEG", "PNG", "WEBP"))
        image.draft(mode, size)
        image.load()
    except _UNDRAWABLE as error:
        raise broken(str(error)) from None
    return image
