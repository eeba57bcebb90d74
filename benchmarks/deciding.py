"""What a decision costs: against reading the same event as JSON, and as rules and boxes grow."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import msgspec

from benchmarks.table import Row, compare, one_core, times
from plugin.domain.deciding import Decider
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats import native

CLASSES = ("bolt", "dent", "scratch")
# None of them matches, so that every box is looked at by every rule: the dearest case.
RULES: list[dict[str, Any]] = [
    {"when": {"classes": ["dent"], "confidence": {"below": 0.6}}},
    {"when": {"confidence": {"at_least": 0.3, "below": 0.5}}},
    {"when": {"count": {"more_than": 500}}},
    {"when": {"classes": ["bolt", "scratch"], "near": {"threshold": 0.5, "margin": 0.1}}},
]
EVENT_ID = "0f3c9a62-8a3e-4b53-9c43-2a5f8f1c7d10"


def rows() -> Iterator[Row]:
    """Measure on one core, 1, 20 and 100 boxes, 4 rules."""
    with one_core():
        for boxes in (1, 20, 100):
            yield from _against_json(boxes)
        yield from _growth("rules", [(rules, 20) for rules in (1, 4, 16, 64)])
        yield from _growth("boxes", [(4, boxes) for boxes in (1, 10, 100, 1000)])


def _against_json(boxes: int) -> Iterator[Row]:
    body = json.dumps(event(boxes)).encode()
    decider, decided = _decider(4), msgspec.convert(event(boxes)["prediction"], Prediction)

    def decode() -> Prediction:
        return native.decode(bytes(native.decode_event(body).prediction))

    decide, loads = _compare(
        partial(decider.decide, EVENT_ID, decided), partial(json.loads, body), boxes
    )
    yield Row(f"decide, {boxes} boxes", decide, "json.loads of it", loads, "/s", "≥ 10 ×")
    both, alone = _compare(lambda: decider.decide(EVENT_ID, decode()), decode, boxes)
    yield Row(f"decode + decide, {boxes} boxes", both, "decode alone", alone, "/s", "≥ 0.6 ×")


def _compare(
    ours: Callable[[], object], other: Callable[[], object], boxes: int
) -> tuple[float, float]:
    number = 40_000 // (boxes + 4)
    return compare(times(ours, number), times(other, number), rounds=9)


def _growth(what: str, sizes: list[tuple[int, int]]) -> Iterator[Row]:
    """Cost per rule or box, against the smallest size: a straight line stays at or above 1."""
    first, *others = sizes
    for rules, boxes in others:
        ours, other = compare(_work(what, (rules, boxes)), _work(what, first), rounds=9)
        name, against = (
            f"decide, {rules} rules, {boxes} boxes",
            f"{first[0]} rules, {first[1]} boxes",
        )
        yield Row(name, ours, against, other, f"{what}/s", "≥ 1 ×: straight")


def _work(what: str, size: tuple[int, int]) -> Callable[[], int]:
    """Decide for a while; how many rules or boxes were looked at."""
    rules, boxes = size
    decider = _decider(rules)
    prediction = msgspec.convert(event(boxes)["prediction"], Prediction)
    work = times(partial(decider.decide, EVENT_ID, prediction), 200_000 // (rules * boxes + 4))
    return lambda: work() * (rules if what == "rules" else boxes)


def _decider(rules: int) -> Decider:
    chosen = [{"name": f"r{n}"} | RULES[n % len(RULES)] for n in range(rules)]
    settings = {"project": "bench", "classes": CLASSES, "rules": chosen}
    return Decider(ProjectSettings.model_validate(settings))


def event(boxes: int) -> dict[str, Any]:
    random = Random(boxes)

    def box() -> dict[str, Any]:
        x, y = round(random.uniform(0, 600), 1), round(random.uniform(0, 300), 1)
        xyxy = [x, y, x + 110.5, y + 80.2]
        confidence = round(random.uniform(0.65, 0.99), 4)
        return {"class": random.choice(CLASSES), "confidence": confidence, "xyxy": xyxy}

    prediction = {"width": 1280, "height": 720, "boxes": [box() for _ in range(boxes)]}
    return {
        "event_id": EVENT_ID,
        "timestamp": "2026-11-23T10:00:00Z",
        "model_version": "parts-7",
        "prediction": prediction,
    }
