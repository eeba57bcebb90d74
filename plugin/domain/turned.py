"""Turned rectangles: boxes that do not lie upright, as their four corners and as size and angle.

A box is one where its `polygon` is one. Coordinates are pixels, y points down: what turns clockwise
as a person sees it has a growing angle.
"""

from collections.abc import Sequence
from math import atan2, cos, degrees, dist, isfinite, radians, sin
from typing import NamedTuple

from plugin.domain.prediction import Box, Point

TOLERANCE = 0.05
"""How far corners may be off a rectangle's (pixels): models round, and percents do."""


class Turned(NamedTuple):
    """A rectangle by the corner about which it is turned, its sides before, and how far (degrees).

    `left` and `top` are of the corner that was the top left one, 0 ≤ `angle` < 360, clockwise.
    """

    left: float
    top: float
    width: float
    height: float
    angle: float

    @property
    def corners(self) -> tuple[Point, ...]:
        """All four (pixels), clockwise from that corner."""
        turn = radians(self.angle)
        c, s = cos(turn), sin(turn)
        right, down = (self.width * c, self.width * s), (-self.height * s, self.height * c)
        return (
            (self.left, self.top),
            (self.left + right[0], self.top + right[1]),
            (self.left + right[0] + down[0], self.top + right[1] + down[1]),
            (self.left + down[0], self.top + down[1]),
        )


def turned(polygon: Sequence[Point]) -> Turned | None:
    """A polygon as a turned rectangle; None where it is none, or lies upright."""
    if len(polygon) != 4 or not all(isfinite(number) for point in polygon for number in point):
        return None
    first, second, third, last = polygon
    # Its diagonals halve each other, and are as long as each other.
    middles = dist(
        (first[0] + third[0], first[1] + third[1]), (second[0] + last[0], second[1] + last[1])
    )
    if max(middles, abs(dist(first, third) - dist(second, last))) > TOLERANCE:
        return None
    if _is_upright(polygon):
        return None
    if _is_anticlockwise(first, second, last):
        second, last = last, second
    angle = degrees(atan2(second[1] - first[1], second[0] - first[0])) % 360
    return Turned(*first, dist(first, second), dist(first, last), angle)


def is_turned(box: Box) -> bool:
    """Whether a box is a turned rectangle."""
    return box.mask is None and turned(box.polygon) is not None


def _is_upright(polygon: Sequence[Point]) -> bool:
    """Whether every corner lies on one of the box around them."""
    xs, ys = zip(*polygon, strict=True)
    return all(
        min(abs(x - side) for side in (min(xs), max(xs))) <= TOLERANCE / 10
        and min(abs(y - side) for side in (min(ys), max(ys))) <= TOLERANCE / 10
        for x, y in polygon
    )


def _is_anticlockwise(first: Point, second: Point, last: Point) -> bool:
    return (second[0] - first[0]) * (last[1] - first[1]) < (second[1] - first[1]) * (
        last[0] - first[0]
    )
