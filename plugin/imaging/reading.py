"""Which format a file is in: its first bytes decide, never its name or its content type."""

from plugin.imaging import jpeg, png, webp
from plugin.imaging.structure import Structure, check_size, refusal


def read_structure(data: bytes) -> Structure:
    """Read an image file from its headers to its end, without decoding it.

    Raises:
        InvalidInputError: not a JPEG, PNG or WebP, cut short, an animation, too many pixels.
    """
    if data.startswith(jpeg.START):
        structure = jpeg.read_jpeg(data)
    elif data.startswith(png.START):
        structure = png.read_png(data)
    elif data.startswith(webp.START) and data[8:12] == webp.NAME:
        structure = webp.read_webp(data)
    else:
        begins = f"{len(data)} bytes that begin with {data[:12]!r}" if data else "0 bytes"
        raise refusal(begins, "a JPEG, PNG or WebP image")
    check_size(structure.width, structure.height)
    return structure
