"""Whether a prediction meets a condition, said in words: the value found and the bound it met.

This is the reference and the explanation. What decides in production is compiled from the same
settings (`compiling.py`) and tested to agree with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.settings import Confidence, Count, Near, Uncertainty, When
from plugin.domain.uncertainty import aggregated, of_one

BOUNDS = {
    "above": (">", float.__gt__),
    "more_than": (">", float.__gt__),
    "at_least": ("≥", float.__ge__),
    "below": ("<", float.__lt__),
    "less_than": ("<", float.__lt__),
    "at_most": ("≤", float.__le__),
}
"""Name of a bound: its sign, and what must hold between value and bound."""

Unit = Box | Label


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a condition: what was looked at, what was found, what was asked for."""

    kind: str
    holds: bool
    value: float
    bound: str

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{self.kind}: {self.value:.4g}, {'is' if self.holds else 'not'} {self.bound}"


def checks(when: When | None, prediction: Prediction) -> list[Check]:
    """Every part of a condition, whether it holds or not; a stub meets none."""
    if when is None:
        return []
    if prediction.stub:
        return [Check("prediction", holds=False, value=0, bound="more than a stub")]
    units = list(_units(when, prediction))
    found = []
    if when.asks_for_boxes:
        found.append(_check_boxes(when, units))
    if when.count is not None:
        found.append(_check_count(when, when.count, len(units)))
    if when.uncertainty is not None:
        found.append(_check_uncertainty(when.uncertainty, units, prediction))
    if when.empty is not None:
        bound = "none" if when.empty else "some"
        found.append(
            Check("number", holds=(not units) is when.empty, value=len(units), bound=bound)
        )
    return found


def matches(when: When | None, prediction: Prediction) -> bool:
    """Whether every part of a condition holds."""
    return all(check.holds for check in checks(when, prediction))


def _units(when: When, prediction: Prediction) -> Iterator[Unit]:
    """The boxes or labels that a condition looks at."""
    units: tuple[Unit, ...] = prediction.boxes or prediction.labels
    if not when.top_only and prediction.scores:
        units = tuple(Label(name, score) for name, score in prediction.scores.items())
    for unit in units:
        if when.classes is None or unit.class_name in when.classes:
            yield unit


def _check_boxes(when: When, units: list[Unit]) -> Check:
    in_band = _band(when)
    inside = sum(in_band(unit.confidence) for unit in units)
    wanted = [*_bounds_of(when.confidence), *_near(when.near)]
    band = f" with confidence {', '.join(wanted)}" if wanted else ""
    return Check(f"{_what(when)}{band}", inside >= when.at_least, inside, f"≥ {when.at_least}")


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
    return lambda value: all(holds(float(value), bound) for holds, bound in given)


def _bounds_of(bounds: Confidence | Count | None) -> list[str]:
    given = bounds or ()
    return [f"{BOUNDS[name][0]} {bound:g}" for name, bound in given if bound is not None]


def _near(near: Near | None) -> list[str]:
    return [f"within {near.margin:g} of {near.threshold:g}"] if near else []


def _check_count(when: When, count: Count, number: int) -> Check:
    return Check(_what(when), _all_of(count)(number), number, ", ".join(_bounds_of(count)))


def _check_uncertainty(asked: Uncertainty, units: list[Unit], prediction: Prediction) -> Check:
    values = (of_one(asked.measure, unit.confidence, scores_of(unit, prediction)) for unit in units)
    value = aggregated(values, asked.aggregate)
    holds = value is not None and value > asked.above
    name = f"{asked.aggregate} {asked.measure.replace('_', ' ')}"
    return Check(name, holds, value if value is not None else 0.0, f"> {asked.above:g}")


def scores_of(unit: Unit, prediction: Prediction) -> dict[str, float] | None:
    """The scores of all classes that a box has of its own, or a label shares with its image."""
    return unit.scores if isinstance(unit, Box) else prediction.scores
