"""Counting what became of events: how many came to each stage of the funnel."""

from collections import Counter
from collections.abc import Mapping

from plugin.domain.deciding import Outcome

REPEATED = "repeated"
"""In place of an outcome: an event that was kept before came again."""

RESERVED = "reserved"
"""In place of an outcome: kept, and its image is yet to come; the outcome is counted then."""

PASSED: Mapping[str, tuple[str, ...]] = {
    REPEATED: ("received", "outcome:repeated"),
    RESERVED: ("received", "sampled", "matched"),
    Outcome.DISABLED: ("received", "outcome:disabled"),
    Outcome.NOT_SAMPLED: ("received", "outcome:not_sampled"),
    Outcome.NO_RULE_MATCHED: ("received", "sampled", "outcome:no_rule_matched"),
    Outcome.NEAR_DUPLICATE: ("received", "sampled", "matched", "outcome:near_duplicate"),
    Outcome.CAP_REACHED: ("received", "sampled", "matched", "outcome:cap_reached"),
    Outcome.KEPT: ("received", "sampled", "matched", "outcome:kept"),
}
"""The stages of the funnel that an event passed."""


class Tally:
    """What became of a group of events of one project."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()

    def add(self, outcome: str, rule: str = "", number: int = 1) -> None:
        """Count events; `rule` is the one that was charged for what was kept."""
        self._outcomes[outcome] += number
        if rule:
            self._rules[rule] += number

    def stages(self) -> dict[str, int]:
        """How many events came to each stage of the funnel."""
        counted: Counter[str] = Counter()
        for outcome, number in self._outcomes.items():
            for stage in PASSED[outcome]:
                counted[stage] += number
        for rule, number in self._rules.items():
            counted[f"rule:{rule}"] += number
        return counted


def late_stages(outcome: Outcome, rule: str = "") -> dict[str, int]:
    """The stages of an event that was counted as reserved before, now that it has its outcome."""
    stages = {f"outcome:{outcome}": 1}
    return stages | {f"rule:{rule}": 1} if rule and outcome is Outcome.KEPT else stages
