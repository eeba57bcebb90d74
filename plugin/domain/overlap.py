"""Intersection over union (IoU): of boxes, masks and polygons. All coordinates are pixels.

IoU is the area that two shapes share over the area that at least one of them covers, 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plugin.domain import rle
from plugin.domain.prediction import XYXY, Box, Point, Rle
from plugin.domain.turned import is_turned

Floats = NDArray[np.float64]

GRID = 256
"""A polygon's inside is looked at in so many rows and columns, which tells IoU to about 1 %."""

_FAR = 0.1
"""Outlines are compared where their boxes have at least this IoU: below, theirs is small too."""


def overlaps(first: Sequence[Box], second: Sequence[Box]) -> Floats:
    """IoU of every box with every other, by outlines where both have one: shape (n, m).

    Turned rectangles are outlines of boxes, so a box beside one is compared by its own corners.

    Raises:
        InvalidInputError: a mask is not one.
    """
    found = box_overlaps([box.xyxy for box in first], [box.xyxy for box in second])
    with_outline, other_outline = (
        [bool(box.mask or box.polygon) for box in boxes] for boxes in (first, second)
    )
    rows, columns = np.nonzero(found >= _FAR)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if with_outline[row] or other_outline[column]:
            outlined = _outline_overlap(first[row], second[column])
            found[row, column] = found[row, column] if outlined is None else outlined
    return found


def box_overlaps(first: Sequence[XYXY], second: Sequence[XYXY]) -> Floats:
    """IoU of every box with every other: shape (n, m). 0 where neither has an area."""
    a = np.asarray(first, dtype=np.float64).reshape(-1, 1, 4)
    b = np.asarray(second, dtype=np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.clip(sides, 0, None).prod(axis=-1)
    union = _areas(a) + _areas(b) - shared
    found: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return found


def mask_overlap(first: Rle, second: Rle) -> float:
    """IoU of two masks of one size, from their runs: no pixel is unpacked.

    Raises:
        InvalidInputError: one of them is no mask.
    """
    ends, other_ends = (np.cumsum(rle.runs(mask)) for mask in (first, second))
    covered, other_covered = _covered(ends), _covered(other_ends)
    # How much of the second lies before each end of a run of the first; runs of 1 are every other.
    before = np.interp(ends, np.append(0, other_ends), np.append(0, other_covered))
    shared = before[1::2].sum() - before[: 2 * (len(before) // 2) : 2].sum()
    union = covered[-1] + other_covered[-1] - shared
    return float(shared / union) if union else 0.0


def polygon_overlap(first: Sequence[Point], second: Sequence[Point]) -> float:
    """IoU of two polygons, by the even-odd rule on a grid over both of them."""
    corners = np.array([*first, *second], dtype=np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    steps = (np.arange(GRID) + 0.5)[:, None] / GRID
    x, y = (low + steps * (high - low)).T
    a, b = _inside(first, x, y), _inside(second, x, y)
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 0.0


def _outline_overlap(first: Box, second: Box) -> float | None:
    """IoU by outlines; None where they have none of one kind."""
    if first.mask and second.mask and first.mask.size == second.mask.size:
        return mask_overlap(first.mask, second.mask)
    if not (first.polygon and second.polygon) and not (is_turned(first) or is_turned(second)):
        return None
    if first.mask or second.mask:
        return None
    polygon, other = (box.polygon or _corners(box.xyxy) for box in (first, second))
    return 1.0 if polygon == other else polygon_overlap(polygon, other)


def _corners(xyxy: XYXY) -> tuple[Point, ...]:
    x1, y1, x2, y2 = xyxy
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)


def _areas(boxes: Floats) -> Floats:
    found: Floats = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(axis=-1)
    return found


def _covered(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many pixels of a mask lie before the end of each of its runs."""
    lengths = np.diff(ends, prepend=0)
    lengths[::2] = 0
    return np.cumsum(lengths)


def _inside(polygon: Sequence[Point], x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which points of a grid lie in a polygon: len(y) rows of len(x) columns."""
    inside = np.zeros((len(y), len(x)), dtype=np.bool_)
    corners = np.asarray(polygon, dtype=np.float64)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        rows = np.flatnonzero((y1 <= y) != (y2 <= y))
        border = x1 + (y[rows] - y1) * (x2 - x1) / (y2 - y1 or 1)
        inside[rows] ^= x[None, :] < border[:, None]
    return inside
