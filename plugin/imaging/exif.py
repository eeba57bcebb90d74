"""The one field of EXIF that changes what is seen: the orientation.

EXIF is a TIFF file without a picture: a header, then a directory of tagged values.
https://www.loc.gov/preservation/digital/formats/fdd/fdd000022.shtml
"""

import struct

PREFIX = b"Exif\0\0"
"""Stands before EXIF in a JPEG, and in the WebP files of some programs."""

_ORIENTATION = 0x0112
_SHORT = 3
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation_of(exif: bytes) -> int:
    """The orientation, 1 (upright) to 8; 1 where none is said or none can be read."""
    tiff = exif.removeprefix(PREFIX)
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for number in range(entries):
            entry = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * number)
            if entry[:3] == (_ORIENTATION, _SHORT, 1):
                return entry[3] if 1 <= entry[3] <= 8 else 1
    except struct.error:
        return 1
    return 1


def exif_of(orientation: int) -> bytes:
    """EXIF that says the orientation and nothing else, without the prefix."""
    header = struct.pack("<4sI", b"II*\0", 8)
    return header + struct.pack("<HHHIHHI", 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)
