"""Colours of classes: by a hash of the name, told apart on photos, readable on light and dark."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import dist

from xxhash import xxh3_64_intdigest

VIVID = (
    "#ba2a00", "#fc6000", "#ae9000", "#007200", "#00a800", "#00a2a8", "#127ef0", "#2448fc",
    "#9084fc", "#6054b4", "#8436fc", "#c04ee4", "#a806ba", "#fc00fc", "#ea00a2", "#c0006c",
    "#f00642",
)  # fmt: skip
MUTED = (
    "#de6cb4", "#ba726c", "#60844e", "#7e78ae", "#90546c", "#845a00", "#0c727e",
)  # fmt: skip
"""Spread over OKLab as far as it goes between two limits: at least 3 : 1 against white, and 2.5 : 1
against Label Studio's dark background. The muted ones are hard to see on a photo."""

CLEARLY, WELL = 0.24, 0.15
"""Distances in OKLab: seen as another colour at a glance, and at a second look."""

_HEX = re.compile("#[0-9a-fA-F]{6}").fullmatch

Lab = tuple[float, float, float]


def colours(names: Sequence[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """A colour (`#rrggbb`) per name, in the order of the names.

    Each takes the first colour, in an order of its own from a hash of the name, that is clearly
    another than those taken; else the one farthest from them, and at last the least used.

    Args:
        names: of classes and keypoints.
        known: colours given before, which stay; also those of names that are not asked for. A
            person may have written them otherwise (`red`): those stay too, and are not avoided.
    """
    given = dict(known or {})
    for name in names:
        if name not in given:
            given[name] = _choice(name, given.values())
    return {name: given[name] for name in names}


def _choice(name: str, given: Iterable[str]) -> str:
    uses = Counter(given)
    others = [lab(each) for each in uses if _HEX(each)]
    digest = xxh3_64_intdigest(name.encode())
    vivid = _turned(VIVID, digest)

    def nearest(colour: str) -> float:
        return min((dist(lab(colour), other) for other in others), default=1.0)

    clear = next((each for each in vivid if nearest(each) >= CLEARLY), None)
    best = clear or max(vivid, key=nearest)
    if nearest(best) >= WELL:
        return best
    every = vivid + _turned(MUTED, digest)
    fewest = min(uses[each] for each in every)
    return max((each for each in every if uses[each] == fewest), key=nearest)


def _turned(palette: tuple[str, ...], by: int) -> tuple[str, ...]:
    start = by % len(palette)
    return palette[start:] + palette[:start]


@cache
def lab(colour: str) -> Lab:
    """A colour (`#rrggbb`) in OKLab: lightness 0 to 1, green to red, blue to yellow.

    https://bottosson.github.io/posts/oklab/
    """
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(value: float) -> float:
    """A channel of sRGB as light, both 0 to 1."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
