"""Rules as one Python function, written and compiled once per version of the settings.

Interpreting the settings for each event costs seventeen times as much, and deciding happens a
hundred thousand times a second. Numbers go into the source by `repr`; names from the settings never
do: they are bound to constants.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

from plugin.domain.conditions import Unit, scores_of
from plugin.domain.draws import Draw
from plugin.domain.prediction import Label, Prediction
from plugin.domain.settings import Rule, Uncertainty, When
from plugin.domain.uncertainty import aggregated, of_one

Matcher = Callable[[Prediction, str], int]
"""Given a prediction and an event id, the matched rules: bit n for the rule of index n."""

SIGNS = {
    "above": "> ", "more_than": "> ", "at_least": ">= ",
    "below": "< ", "less_than": "< ", "at_most": "<= ",
}  # fmt: skip


def compile_rules(rules: tuple[Rule, ...], draw: Draw) -> Matcher:
    """Compile rules into one function of a prediction and an event id.

    Args:
        rules: in their order.
        draw: where sampling rates get their chance from.
    """
    chances = [_chance(rule, draw) for rule in rules]
    constants: dict[str, Any] = {"scored": _scored, "of_stub": _of_stub(rules, chances)}
    constants |= {f"draw{index}": chance for index, chance in enumerate(chances)}
    lines = [
        "def match(p, event):",
        "    if p.stub: return of_stub(event)",
        "    units = p.boxes or p.labels",
        "    matched = 0",
    ]
    for index, rule in enumerate(rules):
        if rule.when is not None and rule.when.classes is not None:
            constants[f"classes{index}"] = frozenset(rule.when.classes)
        if rule.when is not None and rule.when.uncertainty is not None:
            constants[f"unsure{index}"] = _unsure(rule.when.uncertainty, rule.when.classes)
        lines += ("    " + line for line in _lines_of_rule(index, rule))
    lines.append("    return matched")
    exec(compile("\n".join(lines), "<rules>", "exec"), constants)  # noqa: S102  numbers and constants of ours
    return cast(Matcher, constants["match"])


def _chance(rule: Rule, draw: Draw) -> Callable[[str], bool]:
    """Whether a rule's draw lets an event through."""
    of_event, rate = draw.for_purpose(rule.name), rule.sampling_rate
    return lambda event_id: of_event(event_id) < rate


def _of_stub(rules: tuple[Rule, ...], chances: list[Callable[[str], bool]]) -> Callable[[str], int]:
    """What matches a placeholder: the rules that take every event."""
    blind = [
        (1 << index, chance)
        for index, (rule, chance) in enumerate(zip(rules, chances, strict=True))
        if rule.when is None
    ]
    return lambda event_id: sum(bit for bit, chance in blind if chance(event_id))


def _lines_of_rule(index: int, rule: Rule) -> Iterator[str]:
    """Source that sets the rule's bit in `matched` where its condition and its draw pass."""
    sampled = "" if rule.sampling_rate == 1 else f"if draw{index}(event): "
    take = f"{sampled}matched |= {1 << index}"
    when = rule.when
    if when is None:
        yield take
        return
    units = "units" if when.top_only else "scored(p)"
    guards = list(_guards(index, when, units))
    if guards:
        yield f"if {' and '.join(guards)}:"
    indent = "    " if guards else ""
    body = _loop(index, when, units, take) if when.asks_for_boxes and when.at_least else [take]
    yield from (indent + line for line in body)


def _guards(index: int, when: When, units: str) -> Iterator[str]:
    """What must hold of all the boxes or labels together."""
    if when.count is not None or when.empty is not None:
        yield f"({_number_condition(when, _number(index, when, units))})"
    if when.uncertainty is not None:
        yield f"unsure{index}({units}, p)"


def _loop(index: int, when: When, units: str, take: str) -> Iterator[str]:
    """A loop that ends at the first, or the n-th, box or label that fits."""
    fits = " and ".join(_terms(index, when)) or "True"
    if when.at_least == 1:
        yield from (f"for u in {units}:", f"    if {fits}:", f"        {take}", "        break")
        return
    yield from ("n = 0", f"for u in {units}:", f"    if {fits}:", "        n += 1")
    yield from (f"        if n == {when.at_least}:", f"            {take}", "            break")


def _terms(index: int, when: When) -> Iterator[str]:
    """What must hold of a single box or label, what is cheapest to ask first."""
    for name, bound in when.confidence or ():
        if bound is not None:
            yield f"u.confidence {SIGNS[name]}{bound!r}"
    if when.near is not None:
        threshold, margin = when.near.threshold, when.near.margin
        yield f"-{margin!r} < u.confidence - {threshold!r} < {margin!r}"
    if when.classes is not None:
        yield f"u.class_name in classes{index}"


def _number(index: int, when: When, units: str) -> str:
    if when.classes is None:
        return f"len({units})"
    return f"sum(u.class_name in classes{index} for u in {units})"


def _number_condition(when: When, number: str) -> str:
    terms = [f"{SIGNS[name]}{bound!r}" for name, bound in when.count or () if bound is not None]
    if when.empty is not None:
        terms.append("== 0" if when.empty else "> 0")
    return f"(n := {number}) " + " and n ".join(terms)


def _scored(prediction: Prediction) -> tuple[Unit, ...]:
    if not prediction.scores:
        return prediction.boxes or prediction.labels
    return tuple(Label(name, score) for name, score in prediction.scores.items())


def _unsure(
    asked: Uncertainty, classes: tuple[str, ...] | None
) -> Callable[[tuple[Unit, ...], Prediction], bool]:
    """A test of uncertainty; rare and dear enough that it need not be written out."""

    def unsure(units: tuple[Unit, ...], prediction: Prediction) -> bool:
        values = (
            of_one(asked.measure, unit.confidence, scores_of(unit, prediction))
            for unit in units
            if classes is None or unit.class_name in classes
        )
        value = aggregated(values, asked.aggregate)
        return value is not None and value > asked.above

    return unsure
