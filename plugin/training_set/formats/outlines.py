"""Outlines of objects: polygons as bitmaps, bitmaps as rings of points, and turned boxes.

Coordinates are pixels; a pixel is a square whose corner is its index, so pixel 0 reaches from 0 to
1. A bitmap has rows of columns.
"""

import numpy as np
from numpy.typing import NDArray

from plugin.domain import rle
from plugin.domain.prediction import XYXY, Box
from plugin.domain.rle import Bitmap
from plugin.domain.turned import is_turned

Points = NDArray[np.float64]
"""Points of a ring, x and y in a row each."""

_TRIED = 256
"""Points of a ring that are tried for the way to another one."""


def bitmap_of(box: Box, width: int, height: int) -> Bitmap:
    """The pixels of an object: its mask, or those whose centre lies in its polygon or its box.

    Raises:
        InvalidInputError: its run lengths are none.
    """
    if box.mask is None:
        return filled(ring_of(box), width, height)
    found = rle.decode(box.mask)
    return found if found.shape == (height, width) else rle.resized(found, height, width)


def ring_of(box: Box) -> Points:
    """The outline of an object as one ring, which need not end where it began.

    The parts of a mask are joined by lines there and back, and so are its holes.

    Raises:
        InvalidInputError: its run lengths are none.
    """
    if box.mask is not None:
        traced = joined_ring(rle.decode(box.mask))
        return traced if len(traced) else _corners(box.xyxy)
    return np.array(box.polygon, dtype=np.float64) if box.polygon else _corners(box.xyxy)


def turned_corners(box: Box) -> Points:
    """The four corners of the smallest turned rectangle around the outline of an object.

    Of what was drawn as one, its own, in their order.

    Raises:
        InvalidInputError: its run lengths are none.
    """
    import cv2  # noqa: PLC0415  60 MB that a web server need not have

    if box.mask is None and not box.polygon:
        return _corners(box.xyxy)
    if is_turned(box):
        return ring_of(box)
    points = ring_of(box)
    if box.mask is not None:  # the ring of a mask lies on indices: a pixel reaches one further
        points = np.concatenate([points + offset for offset in ((0, 0), (1, 0), (0, 1), (1, 1))])
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))), dtype=np.float64)


def filled(ring: Points, width: int, height: int) -> Bitmap:
    """The pixels whose centre lies inside a ring, where it crosses itself by the even-odd rule."""
    toggles = np.zeros((height, width + 1), dtype=np.uint8)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        low, high = sorted((y1, y2))
        rows = np.arange(max(0, int(np.ceil(low - 0.5))), min(height, int(np.ceil(high - 0.5))))
        if len(rows):
            crossings = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
            columns = np.clip(np.ceil(crossings - 0.5), 0, width).astype(np.int64)
            toggles[rows, columns] ^= 1
    inside: Bitmap = np.bitwise_xor.accumulate(toggles[:, :width], axis=1).astype(np.bool_)
    return inside


def joined_ring(bitmap: Bitmap) -> Points:
    """All parts of a bitmap, and their holes, as one ring of pixel indices; empty where none is.

    Filled with its border (as `cv2.fillPoly` does, and so what reads YOLO) it is the bitmap again,
    but for the lines of one pixel that join its parts.
    """
    import cv2  # noqa: PLC0415  60 MB that a web server need not have

    contours, tree = cv2.findContours(
        bitmap.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    if tree is None:
        return np.zeros((0, 2))
    rings = [contour.reshape(-1, 2).astype(np.float64) for contour in contours]
    # Each part, then its holes: the parent of a hole is its part, a part has none (-1).
    parts = [index if parent < 0 else parent for index, (_, _, _, parent) in enumerate(tree[0])]
    order = sorted(range(len(rings)), key=lambda index: (parts[index], index != parts[index]))
    joined: Points = rings[order[0]]
    for index in order[1:]:
        joined = _joined(joined, rings[index])
    return joined if len(joined) > 2 else _around(joined)


def _joined(ring: Points, other: Points) -> Points:
    """Two rings as one: from the first to the second where they are close, around it, and back."""
    steps = (max(1, len(ring) // _TRIED), max(1, len(other) // _TRIED))
    tried, there = ring[:: steps[0], None, :], other[None, :: steps[1], :]
    closest = int(((tried - there) ** 2).sum(axis=2).argmin())
    row, column = divmod(closest, there.shape[1])
    here, turned = row * steps[0], np.roll(other, -column * steps[1], axis=0)
    return np.concatenate([ring[: here + 1], turned, turned[:1], ring[here:]])


def _around(points: Points) -> Points:
    """A ring around one or two pixels, whose indices alone have no area."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return _corners((left, top, right + 1, bottom + 1))


def _corners(xyxy: XYXY) -> Points:
    x1, y1, x2, y2 = xyxy
    return np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], dtype=np.float64)


def area_of(ring: Points) -> float:
    """The area inside a ring that does not cross itself (square pixels)."""
    x, y = ring[:, 0], ring[:, 1]
    return float(abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2)


def flat(points: Points) -> list[float]:
    """The numbers of all points: x and y in turn."""
    return [round(float(number), 3) for number in points.ravel()]
