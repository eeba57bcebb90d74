"""What a decision costs: against reading the same event as JSON, and as rules and boxes grow."""

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from timeit import repeat
from typing import Any

import msgspec

from benchmarks.table import Row
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
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for boxes in (1, 20, 100):
        yield from _against_json(boxes)
    yield from _growth("rules", [(rules, 20) for rules in (1, 4, 16, 64)])
    yield from _growth("boxes", [(4, boxes) for boxes in (1, 10, 100, 1000)])


def _against_json(boxes: int) -> Iterator[Row]:
    body = json.dumps(_event(boxes)).encode()
    decider, decided = _decider(4), msgspec.convert(_event(boxes)["prediction"], Prediction)
    decide = _rate(partial(decider.decide, EVENT_ID, decided))
    loads = _rate(partial(json.loads, body))
    yield Row(f"decide, {boxes} boxes", decide, "json.loads of it", loads, "/s", "≥ 10 ×")

    def decode() -> Prediction:
        return native.decode(bytes(native.decode_event(body).prediction))

    both = _rate(lambda: decider.decide(EVENT_ID, decode()))
    alone = _rate(decode)
    yield Row(f"decode + decide, {boxes} boxes", both, "decode alone", alone, "/s", "≥ 0.6 ×")


def _growth(what: str, sizes: list[tuple[int, int]]) -> Iterator[Row]:
    """Cost per rule or box, against the smallest size: a straight line stays at or above 1."""
    first: float | None = None
    for rules, boxes in sizes:
        decider = _decider(rules)
        prediction = msgspec.convert(_event(boxes)["prediction"], Prediction)
        number = rules if what == "rules" else boxes
        per_one = _rate(partial(decider.decide, EVENT_ID, prediction)) * number
        first = first or per_one
        name = f"decide, {rules} rules, {boxes} boxes"
        other = f"at {sizes[0][0]} rules, {sizes[0][1]} boxes"
        yield Row(name, per_one, other, first, f"{what}/s", "≥ 1 ×: straight")


def _decider(rules: int) -> Decider:
    chosen = [{"name": f"r{n}"} | RULES[n % len(RULES)] for n in range(rules)]
    settings = {"project": "bench", "classes": CLASSES, "rules": chosen}
    return Decider(ProjectSettings.model_validate(settings))


def _event(boxes: int) -> dict[str, Any]:
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


def _rate(work: Callable[[], object]) -> float:
    """Calls per second at their best of seven: what else the machine did only slows them down."""
    once = min(repeat(work, number=20, repeat=3)) / 20
    number = max(20, int(0.02 / once))
    return number / min(repeat(work, number=number, repeat=7))
