"""Which events are worth a human look: a pure function of the event and the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from plugin.domain.compiling import compile_rules
from plugin.domain.conditions import Checker, checker
from plugin.domain.draws import PROJECT, Draw, HashedDraw
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings, Rule


class Outcome(StrEnum):
    """What became of an event, in the order in which the questions are asked.

    The last is of an event that was answered as kept, and whose image never came.
    """

    DISABLED = "disabled"
    NOT_SAMPLED = "not_sampled"
    NO_RULE_MATCHED = "no_rule_matched"
    NEAR_DUPLICATE = "near_duplicate"
    CAP_REACHED = "cap_reached"
    KEPT = "kept"
    IMAGE_MISSING = "image_missing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the settings alone say of an event, before Redis is asked.

    `refused` is None for a candidate; `matched` are the rules whose condition and draw passed, in
    order.
    """

    refused: Outcome | None
    matched: tuple[Rule, ...] = ()


MAX_VERDICTS = 4096
"""Verdicts kept for reuse; a hundred rules have more subsets than memory holds."""

_DISABLED = Verdict(Outcome.DISABLED)
_NOT_SAMPLED = Verdict(Outcome.NOT_SAMPLED)


class Decider:
    """Decides by one version of the settings. Makes no calls and keeps no state of the events."""

    def __init__(self, settings: ProjectSettings, draw: Draw | None = None) -> None:
        """Compile the settings; `draw` replaces their hashed draws in tests."""
        self.settings = settings
        self._draw = draw or HashedDraw(settings.seed)
        self._project_draw = self._draw.for_purpose(PROJECT)
        self._verdicts: dict[int, Verdict] = {}
        self.samples = self._compile_sampling()
        self.decide = self._compile()
        self._explainers = [_explainer(rule, self._draw) for rule in settings.rules]

    def _compile_sampling(self) -> Callable[[str], bool]:
        """Whether an event's prediction need be looked at: False for what is not sampled."""
        rate, draw = self.settings.sampling_rate, self._project_draw
        if rate >= 1 or not self.settings.enabled:
            return lambda _event_id: True
        return lambda event_id: draw(event_id) < rate

    def _compile(self) -> Callable[[str, Prediction], Verdict]:
        """The decision as one closure: what does not depend on the event is settled here."""
        if not self.settings.enabled:
            return lambda _event_id, _prediction: _DISABLED
        match, verdicts, make = (
            compile_rules(self.settings.rules, self._draw),
            self._verdicts,
            self._make_verdict,
        )
        rate, draw = self.settings.sampling_rate, self._project_draw

        def decide(event_id: str, prediction: Prediction) -> Verdict:
            """Say whether an event is a candidate for keeping, and by which rules.

            A project without rules keeps whatever its sampling rate lets through.
            """
            if rate < 1 and draw(event_id) >= rate:
                return _NOT_SAMPLED
            matched = match(prediction, event_id)
            return verdicts.get(matched) or make(matched)

        return decide

    def explain_sampling(self, event_id: str) -> str:
        """Why an event was sampled or not."""
        drawn, rate = self._project_draw(event_id), self.settings.sampling_rate
        return f"draw {drawn:.4f}{' <' if drawn < rate else ', not <'} sampling rate {rate:.4g}"

    def explain(self, event_id: str, prediction: Prediction) -> str:
        """Why an event was decided so: rule by rule the value and the bound that settled it."""
        if not self.settings.enabled:
            return "active learning is switched off"
        if not self.samples(event_id):
            return self.explain_sampling(event_id)
        if not self.settings.rules:
            return f"{self.explain_sampling(event_id)}, no rules"
        return "; ".join([each(event_id, prediction) for each in self._explainers])

    def _make_verdict(self, mask: int) -> Verdict:
        """The verdict for a set of matched rules, made once for each set that occurs."""
        rules = self.settings.rules
        matched = tuple(rule for index, rule in enumerate(rules) if mask >> index & 1)
        needed = len(rules) if self.settings.conditions == "all" else min(1, len(rules))
        refused = Outcome.NO_RULE_MATCHED if len(matched) < needed else None
        verdict = Verdict(refused, matched)
        if len(self._verdicts) < MAX_VERDICTS:
            self._verdicts[mask] = verdict
        return verdict


def _explainer(rule: Rule, draw: Draw) -> Callable[[str, Prediction], str]:
    """What says why a rule matched, or what kept it from matching."""
    check: Checker = checker(rule.when)
    name, rate, draw_of = rule.name, rule.sampling_rate, draw.for_purpose(rule.name)

    def explain(event_id: str, prediction: Prediction) -> str:
        done = check(prediction)
        for each in done:
            if not each.holds:
                return f"{name}: {each}"
        drawn = draw_of(event_id)
        if drawn >= rate:
            return f"{name}: draw {drawn:.4f}, not < its sampling rate {rate:.4g}"
        met = ", ".join(map(str, done)) or "it takes every event"
        return f"{name} matched ({met})"

    return explain
