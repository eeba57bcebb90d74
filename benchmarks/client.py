"""What a frame that is turned away costs its loop: against 100 µs, and decoding and deciding."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import msgspec

from benchmarks.deciding import CLASSES, EVENT_ID, RULES
from benchmarks.table import Row, compare, one_core, times
from plugin.client import ActiveLearningClient, Options
from plugin.domain.deciding import Decider
from plugin.domain.prediction import Box, Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats.predictions import decode_prediction, expected_by

BOXES = 20
NUMBER = 5000
LIMIT = 10_000.0
"""Frames per second that 100 µs leave room for."""

NOBODY = "http://127.0.0.1:9"


def rows() -> Iterator[Row]:
    """Measure on one core, offline, with 4 rules of which none matches; the thread runs beside."""
    prediction = _prediction()
    body = json.dumps(msgspec.to_builtins(prediction)).encode()
    decider, expected = Decider(_settings()), expected_by(_settings())

    def alone() -> object:
        return decider.decide(EVENT_ID, decode_prediction(body, expected))

    with one_core(), _client() as client:
        for name, seen in (("typed", prediction), ("JSON", body)):
            submit: Callable[[], object] = partial(client.submit, b"", seen)
            ours, other = compare(times(submit, NUMBER), times(alone, NUMBER), rounds=9)
            what = f"submit, refused, {BOXES} boxes, {name}"
            yield Row(what, ours, "100 µs", LIMIT, "/s", "≥ 1 ×")
            yield Row(what, ours, "decode + decide alone", other, "/s", "≥ 0.5 ×")
        counted = client.stats()
        if counted.submitted != sum(counted.refused.values()):
            raise RuntimeError(f"not every frame was refused: {counted}")


def _settings() -> ProjectSettings:
    rules = [{"name": f"r{number}"} | rule for number, rule in enumerate(RULES)]
    fields = {"project": "bench", "classes": CLASSES, "rules": rules}
    return ProjectSettings.model_validate(fields)


def _prediction() -> Prediction:
    """Boxes that no rule wants, so that all of them are looked at."""
    random = Random(BOXES)

    def box() -> Box:
        x, y = round(random.uniform(0, 600), 1), round(random.uniform(0, 300), 1)
        confidence = round(random.uniform(0.65, 0.99), 4)
        return Box(random.choice(CLASSES), confidence, (x, y, x + 110.5, y + 80.2))

    return Prediction(1280, 720, tuple(box() for _ in range(BOXES)))


@contextmanager
def _client() -> Iterator[ActiveLearningClient]:
    """A client that knows the rules from an earlier run, and has no server."""
    settings = _settings().model_dump(mode="json")
    answer = {"version": 1, "settings": settings}
    with tempfile.TemporaryDirectory() as folder:
        slot = Path(folder) / "bench" / "0"
        slot.mkdir(parents=True)
        cached = {"url": NOBODY, "etag": "", "answer": answer}
        (slot / "rules.json").write_bytes(msgspec.json.encode(cached))
        options = Options(on_trouble=lambda _: None)  # that it is offline, we know
        client = ActiveLearningClient(
            NOBODY, "made-up", project="bench", spool=folder, options=options
        )
        yield client
        client.close(timeout=0)
