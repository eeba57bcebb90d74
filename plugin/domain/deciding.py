"""Which events are worth a human look: a pure function of the event and the settings.

Draws are a hash of (event id, rule, seed): the same event always gets the same answer, whichever
process decides, and a replay gives what production gave.
"""

from dataclasses import dataclass
from enum import StrEnum

from xxhash import xxh3_64_intdigest

from plugin.domain.conditions import matches
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings, Rule


class Outcome(StrEnum):
    """What became of an event."""

    KEPT = "kept"
    DISABLED = "disabled"
    NOT_SAMPLED = "not_sampled"
    NO_RULE_MATCHED = "no_rule_matched"
    CAP_REACHED = "cap_reached"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the settings alone say of an event, before caps are asked.

    `refused` is None for a candidate; `matched` are the rules that may be charged, in order.
    """

    refused: Outcome | None
    matched: tuple[Rule, ...] = ()
    reason: str = ""


def draw(event_id: str, purpose: str, seed: int) -> float:
    """A number from 0 (included) to 1 (excluded), uniform and independent over all arguments."""
    return xxh3_64_intdigest(f"{purpose}\0{event_id}".encode(), seed) / 2**64


def decide(settings: ProjectSettings, event_id: str, prediction: Prediction) -> Verdict:
    """Say whether an event is a candidate for keeping, and by which rules.

    A project without rules keeps whatever its sampling rate lets through.
    """
    if not settings.enabled:
        return Verdict(Outcome.DISABLED, reason="active learning is switched off")
    if draw(event_id, "", settings.seed) >= settings.sampling_rate:
        return Verdict(
            Outcome.NOT_SAMPLED, reason=f"outside the sampling rate of {settings.sampling_rate:.4g}"
        )
    if not settings.rules:
        return Verdict(None, reason="sampled")
    matched = tuple(
        rule
        for rule in settings.rules
        if matches(rule.when, prediction)
        and draw(event_id, rule.name, settings.seed) < rule.sampling_rate
    )
    needed = len(settings.rules) if settings.conditions == "all" else 1
    if len(matched) < needed:
        reason = f"{len(matched)} of {len(settings.rules)} rules matched, {needed} needed"
        return Verdict(Outcome.NO_RULE_MATCHED, reason=reason)
    return Verdict(None, matched, "matched " + ", ".join(rule.name for rule in matched))
