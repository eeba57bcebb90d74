"""Image files with everything in them that programs put there, made up for the tests."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, PngImagePlugin

from tests.samples import jpeg

SECRET = b"48.1372 N 11.5756 E"
XMP = b"<x:xmpmeta><exif:GPSLatitude>" + SECRET + b"</exif:GPSLatitude></x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image as a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A file as an image."""
    return Image.open(BytesIO(data))


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """A small picture with some structure in it."""
    return opened(jpeg(width, height)).convert("RGB")


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with a position, a maker's note and a camera's number."""
    tags = Image.Exif()
    tags[0x010F] = SECRET.decode()
    if orientation != 1:
        tags[0x0112] = orientation
    tags.get_ifd(0x8825)[29] = SECRET.decode()  # GPSDateStamp, for want of a simpler text
    tags.get_ifd(0x8769)[0x927C] = SECRET
    return tags


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def full_jpeg(orientation: int = 1, **options: object) -> bytes:
    """A JPEG with EXIF, XMP, IPTC, comments, a second picture and something behind it."""
    usual = save(picture(), "JPEG", exif=exif(orientation), icc_profile=PROFILE, **options)
    extra = (
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET),
        segment(0xE2, b"FPXR\0" + SECRET),
        segment(0xFE, SECRET),
    )
    return usual[:2] + b"".join(extra) + usual[2:] + usual + SECRET


def full_png(orientation: int = 1, image: Image.Image | None = None) -> bytes:
    """A PNG with EXIF, texts of all kinds, a time, a chunk of some program, and a tail."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_text("Comment", SECRET.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    image = image or picture()
    usual = save(image, "PNG", exif=exif(orientation), icc_profile=PROFILE, pnginfo=texts)
    own = chunk(b"tIME", SECRET[:7]) + chunk(b"prVt", SECRET)
    return usual[:33] + own + usual[33:] + SECRET


def full_webp(orientation: int = 1, **options: object) -> bytes:
    """A WebP with EXIF, XMP and a tail."""
    usual = save(picture(), "WEBP", exif=exif(orientation), xmp=XMP, icc_profile=PROFILE, **options)
    return usual + SECRET


def cmyk_profile() -> bytes:
    """An ICC profile of a press whose cyan alone is a strong blue, and whose other inks are grey.

    A lookup table (lut8, ICC.1:2001-04, 6.5.9) from 2 x 2 x 2 x 2 points of CMYK to CIELAB.
    """
    ramp = bytes(range(256))
    lab = b"".join(
        bytes([80, 190, 30]) if cmyk == 0b1000 else bytes([255 - 60 * cmyk.bit_count(), 128, 128])
        for cmyk in range(16)
    )
    identity = struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity + ramp * 4 + lab + ramp * 3
    text = b"text\0\0\0\0made up\0"
    offset = 128 + 4 + 2 * 12
    tags = struct.pack(">I", 2) + b"A2B0" + struct.pack(">II", offset, len(table))
    tags += b"cprt" + struct.pack(">II", offset + len(table), len(text))
    content = tags + table + text
    header = struct.pack(
        ">I4sI4s4s4s", 128 + len(content), b"none", 0x02100000, b"prtr", b"CMYK", b"Lab "
    )
    header += struct.pack(">6H4s4s", 2026, 1, 1, 0, 0, 0, b"acsp", b"none")
    header += bytes(68 - len(header)) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + content
