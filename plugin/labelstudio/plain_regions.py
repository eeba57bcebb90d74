"""Regions of which a glance shows that they fit: of rectangles, points and choices most do.

The SDK judges every region; that takes 50 µs each, as long as all else that is done for it. What is
accepted here, it would accept, too (`tests/domain/test_plain_regions.py` holds the two together);
whatever else there is, like every refusal, is left to it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_NUMBERS = {
    "rectanglelabels": ("x", "y", "width", "height"),
    "keypointlabels": ("x", "y"),
    "choices": (),
}
"""Numbers from 0 to 100 that a region of a type must have; its names lie under its type's name."""

_ALSO = {"rectanglelabels": {"rotation"}, "keypointlabels": {"width"}, "choices": set[str]()}
"""What its value may hold besides: a number from 0 to 360."""

_TURN = 360


class _Plain(NamedTuple):
    numbers: tuple[str, ...]
    also: frozenset[str]
    keys: frozenset[str]
    names: frozenset[str]


class PlainRegions:
    """The regions that the controls of a labelling config take."""

    def __init__(self, controls: Iterable[Any], objects: Iterable[str]) -> None:
        """`controls` are the SDK's control tags, `objects` the names of its object tags."""
        self._plain: dict[tuple[object, object, object], _Plain] = {}
        there = set(objects)
        for control in controls:
            kind = str(control.tag).lower()
            if kind in _NUMBERS and control.labels and control.name not in _NUMBERS[kind]:
                numbers, also = _NUMBERS[kind], frozenset(_ALSO[kind])
                plain = _Plain(
                    numbers, also, frozenset({*numbers, *also, kind}), frozenset(control.labels)
                )
                for target in there.intersection(control.to_name):
                    self._plain[control.name, target, kind] = plain

    def take(self, drawn: Mapping[str, Any]) -> bool:
        """Whether it is sure that a prediction fits, as Label Studio draws it."""
        score, result = drawn.get("score", 0), drawn.get("result")
        if not isinstance(result, list) or not _is_within(score, 1):
            return False
        return all(map(self._takes, result))

    def _takes(self, region: object) -> bool:
        if not isinstance(region, dict):
            return False
        try:
            kind, value = region["type"], region["value"]
            plain = self._plain[region["from_name"], region["to_name"], kind]
        except (KeyError, TypeError):
            return False  # not there, or nothing that could be a name
        if not isinstance(value, dict) or not value.keys() <= plain.keys:
            return False
        names = value.get(kind)
        if not isinstance(names, list) or not names:
            return False
        return (
            all(isinstance(name, str) and name in plain.names for name in names)
            and all(_is_within(value.get(number), 100) for number in plain.numbers)
            and all(_is_within(value.get(each, 0), _TURN) for each in plain.also)
        )


def _is_within(value: object, most: float) -> bool:
    return (type(value) is float or type(value) is int) and 0 <= value <= most
