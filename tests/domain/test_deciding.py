"""Which events are kept, by the settings alone."""

import math

import pytest

from plugin.domain.deciding import Decider, Outcome, Verdict
from plugin.domain.draws import HashedDraw
from plugin.domain.prediction import Box, Prediction
from plugin.domain.settings import ProjectSettings
from tests.samples import settings

DENT_AND_CONFIDENCE = {"classes": ["dent"], "confidence": {"below": 0.6}}


def decide(value: ProjectSettings, event_id: str, prediction: Prediction) -> Verdict:
    return Decider(value).decide(event_id, prediction)


def draw(event_id: str, purpose: str, seed: int) -> float:
    return HashedDraw(seed).for_purpose(purpose)(event_id)


def seen(*boxes: tuple[str, float]) -> Prediction:
    return Prediction(320, 240, tuple(Box(name, score, (1, 2, 3, 4)) for name, score in boxes))


def rule(name: str, **when: object) -> dict[str, object]:
    return {"name": name, "when": when}


@pytest.mark.parametrize(
    ("when", "boxes", "matches"),
    [
        pytest.param(DENT_AND_CONFIDENCE, [("dent", 0.59)], True, id="class and band"),
        pytest.param(DENT_AND_CONFIDENCE, [("dent", 0.6)], False, id="below is strict"),
        pytest.param(DENT_AND_CONFIDENCE, [("bolt", 0.5)], False, id="another class"),
        pytest.param(
            DENT_AND_CONFIDENCE, [("dent", 0.9), ("bolt", 0.1)], False, id="not one box, both"
        ),
        pytest.param({"confidence": {"at_most": 0.6}}, [("bolt", 0.6)], True, id="at_most"),
        pytest.param({"confidence": {"above": 0.6}}, [("bolt", 0.6)], False, id="above is strict"),
        pytest.param({"confidence": {"at_least": 0.6}}, [("bolt", 0.6)], True, id="at_least"),
        pytest.param({"classes": ["dent"], "at_least": 2}, [("dent", 1)], False, id="too few"),
        pytest.param({"classes": ["dent"], "at_least": 2}, [("dent", 1)] * 2, True, id="enough"),
        pytest.param({"classes": ["dent"]}, [], False, id="no boxes"),
    ],
)
def test_conditions(when: dict[str, object], boxes: list[tuple[str, float]], matches: bool) -> None:
    verdict = decide(settings(rules=[{"name": "r", "when": when}]), "event", seen(*boxes))
    assert (verdict.refused is None) is matches
    assert verdict.refused in {None, Outcome.NO_RULE_MATCHED}


def test_switched_off_comes_first() -> None:
    verdict = decide(settings(enabled=False, sampling_rate=0), "event", seen(("dent", 0.1)))
    assert verdict.refused is Outcome.DISABLED


def test_without_rules_the_sampling_rate_alone_decides() -> None:
    assert decide(settings(rules=[]), "event", seen()).refused is None


@pytest.mark.parametrize(("conditions", "kept"), [("any", True), ("all", False)])
def test_any_or_all_of_the_rules(conditions: str, kept: bool) -> None:
    rules = [rule("a", classes=["dent"]), rule("b", classes=["bolt"])]
    verdict = decide(settings(rules=rules, conditions=conditions), "event", seen(("dent", 1)))
    assert (verdict.refused is None) is kept


def test_matched_rules_keep_their_order() -> None:
    rules = [rule("z", classes=["dent"]), rule("a", confidence={"above": 0})]
    verdict = decide(settings(rules=rules), "event", seen(("dent", 0.5)))
    assert [each.name for each in verdict.matched] == ["z", "a"]


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.25, 0.8, 1.0])
def test_the_share_sampled_is_the_rate(rate: float) -> None:
    events = 20_000
    value = settings(rules=[], sampling_rate=rate)
    decider, nothing = Decider(value), seen()
    kept = sum(decider.decide(f"event-{n}", nothing).refused is None for n in range(events))
    # Five standard deviations of a binomial: fails by chance once in two million.
    assert abs(kept - events * rate) <= 5 * math.sqrt(events * rate * (1 - rate))


def test_draws_are_stable_and_independent() -> None:
    assert draw("event", "rule", 7) == draw("event", "rule", 7)
    pairs = [(draw(f"e{n}", "a", 0) < 0.5, draw(f"e{n}", "b", 0) < 0.5) for n in range(4000)]
    both = sum(a and b for a, b in pairs)
    assert abs(both - 1000) <= 5 * math.sqrt(4000 * 0.25 * 0.75)
    assert len({draw("event", purpose, seed) for purpose in "abc" for seed in range(3)}) == 9
