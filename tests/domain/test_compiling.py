"""What is compiled decides as the reference does, and neither cares for the order of boxes."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, randoms
from pydantic import ValidationError

from plugin.domain.compiling import compile_rules
from plugin.domain.conditions import matches
from plugin.domain.draws import HashedDraw
from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.settings import Rule, When

CLASSES = ("bolt", "dent", "scratch")
# Coarse values, so that bounds are met exactly often enough.
SHARES = (0.0, 0.1, 0.25, 0.4, 0.5, 0.55, 0.75, 0.9, 1.0)


def some_scores(random: Random) -> dict[str, float] | None:
    if random.random() < 0.4:
        return None
    return {name: random.choice(SHARES) for name in random.sample(CLASSES, random.randint(1, 3))}


def some_prediction(random: Random) -> Prediction:
    def box() -> Box:
        confidence = random.choice(SHARES)
        return Box(random.choice(CLASSES), confidence, (0, 0, 1, 1), scores=some_scores(random))

    if random.random() < 0.5:
        boxes = tuple(box() for _ in range(random.randint(0, 6)))
        return Prediction(9, 9, boxes, stub=random.random() < 0.05)
    labels = tuple(
        Label(name, random.choice(SHARES)) for name in random.sample(CLASSES, random.randint(0, 3))
    )
    return Prediction(9, 9, labels=labels, scores=some_scores(random))


def some_when(random: Random) -> When | None:
    low, high = sorted(random.sample(SHARES, 2))
    few, many = sorted(random.sample(range(6), 2))
    kinds: dict[str, Any] = {
        "confidence": random.choice(
            [{"above": low, "below": high}, {"at_least": low, "at_most": high}, {"below": high}]
        ),
        "near": {"threshold": random.choice(SHARES), "margin": random.choice(SHARES)},
        "classes": random.sample(CLASSES, random.randint(1, 2)),
        "at_least": random.randint(0, 3),
        "count": random.choice([{"at_least": few, "at_most": many}, {"more_than": few}]),
        "uncertainty": {
            "measure": random.choice(["least_confidence", "margin", "entropy"]),
            "above": random.choice(SHARES),
            "aggregate": random.choice(["max", "mean"]),
        },
        "empty": random.random() < 0.5,
    }
    chosen = random.sample(sorted(kinds), random.randint(0, 4))
    if not chosen:
        return None
    top_only = {"top_only": random.random() < 0.7}
    try:
        return When.model_validate({name: kinds[name] for name in chosen} | top_only)
    except ValidationError:  # it asks for what cannot hold at once
        return None


@given(randoms(use_true_random=False), integers(0, 2**63 - 1))
def test_the_compiled_rules_agree_with_the_reference(random: Random, seed: int) -> None:
    rules = tuple(
        Rule(name=f"r{n}", when=some_when(random), sampling_rate=random.choice([0.5, 1, 1]))
        for n in range(5)
    )
    draw = HashedDraw(seed)
    match = compile_rules(rules, draw)
    for number in range(20):
        prediction, event = some_prediction(random), f"e{number}"
        expected = sum(
            1 << index
            for index, rule in enumerate(rules)
            if matches(rule.when, prediction)
            and draw.for_purpose(rule.name)(event) < rule.sampling_rate
        )
        assert match(prediction, event) == expected, (rules, prediction)


@given(randoms(use_true_random=False))
def test_the_order_of_boxes_changes_nothing(random: Random) -> None:
    rules = tuple(Rule(name=f"r{n}", when=some_when(random)) for n in range(6))
    match = compile_rules(rules, HashedDraw(0))
    for _ in range(10):
        before = some_prediction(random)
        boxes = tuple(random.sample(before.boxes, len(before.boxes)))
        after = Prediction(9, 9, boxes, before.labels, before.scores, stub=before.stub)
        assert match(before, "e") == match(after, "e")


WIDER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"confidence": {"below": 0.4}}, {"confidence": {"below": 0.55}}),
    ({"confidence": {"above": 0.5}}, {"confidence": {"at_least": 0.5}}),
    ({"near": {"threshold": 0.5, "margin": 0.1}}, {"near": {"threshold": 0.5, "margin": 0.3}}),
    ({"classes": ["dent"]}, {"classes": ["dent", "bolt"]}),
    ({"classes": ["dent"], "at_least": 2}, {"classes": ["dent"], "at_least": 1}),
    ({"count": {"more_than": 3}}, {"count": {"at_least": 3}}),
    ({"uncertainty": {"above": 0.5}}, {"uncertainty": {"above": 0.25}}),
]


@pytest.mark.parametrize(("narrow", "wide"), WIDER, ids=str)
def test_a_wider_condition_never_keeps_less(narrow: dict[str, Any], wide: dict[str, Any]) -> None:
    random = Random(1)
    narrow_when, wide_when = When.model_validate(narrow), When.model_validate(wide)
    predictions = [some_prediction(random) for _ in range(800)]
    kept_narrow = {n for n, each in enumerate(predictions) if matches(narrow_when, each)}
    kept_wide = {n for n, each in enumerate(predictions) if matches(wide_when, each)}
    assert kept_narrow < kept_wide, "some of the predictions must tell the two apart"
