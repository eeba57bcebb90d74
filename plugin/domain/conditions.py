"""Whether a prediction meets a condition, said in words: the value found and the bound it met.

This is the reference and the explanation. What decides in production is compiled from the same
settings (`compiling.py`) and tested to agree with it.
"""

import operator
from collections.abc import Callable, Iterator, Sequence

import msgspec

from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.settings import Confidence, Count, Near, Uncertainty, When
from plugin.domain.uncertainty import aggregated, of_one

BOUNDS = {
    "above": (">", operator.gt),
    "more_than": (">", operator.gt),
    "at_least": ("≥", operator.ge),
    "below": ("<", operator.lt),
    "less_than": ("<", operator.lt),
    "at_most": ("≤", operator.le),
}
"""Name of a bound: its sign, and what must hold between value and bound."""

Unit = Box | Label
Units = Sequence[Unit]


class Check(msgspec.Struct, frozen=True, gc=False):
    """One part of a condition: what was looked at, what was found, what was asked for."""

    kind: str
    holds: bool
    value: float
    bound: str

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{self.kind}: {self.value:.4g}, {'is' if self.holds else 'not'} {self.bound}"


Checker = Callable[[Prediction], list[Check]]
"""Every part of a condition, whether it holds of a prediction or not."""

_Part = Callable[[Units, Prediction], Check]

_STUB = Check("prediction", holds=False, value=0, bound="more than a stub")


def checker(when: When | None) -> Checker:
    """What checks a condition; a stub meets none. Its words are put together once, here."""
    if when is None:
        return lambda _: []
    parts, units_of = list(_parts(when)), _units_of(when)

    def check(prediction: Prediction) -> list[Check]:
        if prediction.stub:
            return [_STUB]
        units = units_of(prediction)
        return [part(units, prediction) for part in parts]

    return check


def checks(when: When | None, prediction: Prediction) -> list[Check]:
    """Every part of a condition, whether it holds of a prediction or not."""
    return checker(when)(prediction)


def matches(when: When | None, prediction: Prediction) -> bool:
    """Whether every part of a condition holds."""
    return all(check.holds for check in checks(when, prediction))


def _parts(when: When) -> Iterator[_Part]:
    if when.asks_for_boxes:
        yield _boxes_part(when)
    if when.count is not None:
        yield _count_part(when, when.count)
    if when.uncertainty is not None:
        yield _uncertainty_part(when.uncertainty)
    if when.empty is not None:
        yield _empty_part(empty=when.empty)


def _units_of(when: When) -> Callable[[Prediction], Units]:
    """The boxes or labels that a condition looks at."""
    classes, top_only = when.classes, when.top_only

    def units_of(prediction: Prediction) -> Units:
        units: Units = prediction.boxes or prediction.labels
        if not top_only and prediction.scores:
            units = [Label(name, score) for name, score in prediction.scores.items()]
        if classes is None:
            return units
        return [unit for unit in units if unit.class_name in classes]

    return units_of


def _boxes_part(when: When) -> _Part:
    in_band, at_least = _band(when), when.at_least
    wanted = [*_bounds_of(when.confidence), *_near(when.near)]
    band = f" with confidence {', '.join(wanted)}" if wanted else ""
    kind, bound = f"{_what(when)}{band}", f"≥ {at_least}"

    def part(units: Units, _: Prediction) -> Check:
        inside = len([1 for unit in units if in_band(unit.confidence)])
        return Check(kind, inside >= at_least, inside, bound)

    return part


def _what(when: When) -> str:
    """What is counted, as people say it; a hundred classes are not all named."""
    named = when.classes or ("boxes or labels",)
    return " or ".join(named[:3]) + (" or …" if len(named) > 3 else "")


def _band(when: When) -> Callable[[float], bool]:
    """Whether a confidence lies in the band of `confidence` and `near`."""
    holds, near = _all_of(when.confidence), when.near
    if near is None:
        return holds
    threshold, margin = near.threshold, near.margin
    return lambda value: abs(value - threshold) < margin and holds(value)


def _all_of(bounds: Confidence | Count | None) -> Callable[[float], bool]:
    """Whether a number meets every bound that is given."""
    given = [(BOUNDS[name][1], float(bound)) for name, bound in bounds or () if bound is not None]
    # One bound or two are nearly always all, and this is asked of every box.
    if len(given) == 1:
        [(holds, bound)] = given
        return lambda value: holds(value, bound)
    if len(given) == 2:
        (above, low), (below, high) = given
        return lambda value: above(value, low) and below(value, high)
    return lambda value: all(holds(value, bound) for holds, bound in given)


def _bounds_of(bounds: Confidence | Count | None) -> list[str]:
    given = bounds or ()
    return [f"{BOUNDS[name][0]} {bound:g}" for name, bound in given if bound is not None]


def _near(near: Near | None) -> list[str]:
    return [f"within {near.margin:g} of {near.threshold:g}"] if near else []


def _count_part(when: When, count: Count) -> _Part:
    holds, kind, bound = _all_of(count), _what(when), ", ".join(_bounds_of(count))
    return lambda units, _: Check(kind, holds(len(units)), len(units), bound)


def _empty_part(*, empty: bool) -> _Part:
    bound = "none" if empty else "some"
    return lambda units, _: Check("number", (not units) is empty, len(units), bound)


def _uncertainty_part(asked: Uncertainty) -> _Part:
    kind = f"{asked.aggregate} {asked.measure.replace('_', ' ')}"
    bound = f"> {asked.above:g}"

    def part(units: Units, prediction: Prediction) -> Check:
        values = (
            of_one(asked.measure, unit.confidence, scores_of(unit, prediction)) for unit in units
        )
        value = aggregated(values, asked.aggregate)
        holds = value is not None and value > asked.above
        return Check(kind, holds, value if value is not None else 0.0, bound)

    return part


def scores_of(unit: Unit, prediction: Prediction) -> dict[str, float] | None:
    """The scores of all classes that a box has of its own, or a label shares with its image."""
    return unit.scores if isinstance(unit, Box) else prediction.scores
