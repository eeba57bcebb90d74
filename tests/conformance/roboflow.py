"""Roboflow Inference's recorded answers, ours to the same, and where they differ on purpose."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plugin.domain.deciding import Decider
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import BatchSettings, ProjectSettings
from plugin.domain.windows import period_of
from plugin.formats import roboflow
from plugin.formats.predictions import checked, expected_by
from plugin.formats.roboflow_config import settings_from

Case = dict[str, Any]
Answer = dict[str, Any]

CLASSES = ("bolt", "dent", "rust", "weld")
CASES: list[Case] = [
    json.loads(line)
    for line in Path(__file__).with_name("roboflow_inference_cases.jsonl").read_text().splitlines()
]


@dataclass(frozen=True)
class Difference:
    """What we answer instead, and why."""

    ours: Answer
    why: str


def _settings(field: str) -> Answer:
    return {"refused": "settings", "fields": [f"sampling_strategies[0].{field}"]}


def _event(*fields: str) -> Answer:
    return {"refused": "event", "fields": list(fields)}


_MATCHES_BOXES = "a rule for a class means that class, also where it is a box"
_NO_SUCH_TASK = "a type that nobody here can label is refused, not half served"
_NEGATIVE = "a rate below 0 is a slip of the pen; said when it is set"
_NEVER = "bounds that no number meets are a slip of the pen; said when they are set"

DIFFERENT = {
    "random-016": Difference({"refused": "task type"}, _NO_SUCH_TASK),
    "random-022": Difference(_settings("traffic_percentage"), _NEGATIVE),
    "close_to_threshold-030": Difference({"refused": "task type"}, _NO_SUCH_TASK),
    "close_to_threshold-033": Difference(
        _event("predictions"), "a broken event is refused before any rule sees it, naming the field"
    ),
    "close_to_threshold_mc-013": Difference(
        {"matching": []}, "an image without a class has no confidence that could be near anything"
    ),
    "classes_based-001": Difference({"matching": ["k"]}, _MATCHES_BOXES),
    "classes_based-002": Difference({"matching": ["k"]}, _MATCHES_BOXES),
    "classes_based-003": Difference({"matching": ["k"]}, _MATCHES_BOXES),
    "detections_number-014": Difference(_settings("less_than"), _NEVER),
    "detections_number-015": Difference(_settings("less_than"), _NEVER),
    "detections_number-025": Difference(
        _event("confidence", "confidence"),
        "percentages where shares belong are an error of the sender, and it is told",
    ),
    "multi-001": Difference({"matching": ["r", "c", "k", "n"]}, _MATCHES_BOXES),
    "multi-006": Difference(
        _settings("type"), "a type we do not know would select nothing, and nobody would notice"
    ),
    "limits-024": Difference(
        {"charged": ["a", "a", "a", "returned", None, None]},
        "a credit goes back to the minute it came from: no minute gets one more than its cap",
    ),
}  # fmt: skip
"""Id of a case: our answer. `docs/roboflow.md` explains each."""


class _Drawn:
    """The draw that a case gives, for whatever purpose."""

    def __init__(self, case: Case) -> None:
        self._value = float(case["input"].get("draws", [0.5])[0])

    def for_purpose(self, purpose: str) -> Callable[[str], float]:  # noqa: ARG002
        return lambda _event_id: self._value


def configuration(strategies: list[Any], **changes: Any) -> dict[str, Any]:
    """A configuration with these strategies and the rest as it must be."""
    return {
        "enabled": True,
        "persist_predictions": True,
        "sampling_strategies": strategies,
        "batching_strategy": {"batches_name_prefix": "al", "recreation_interval": "daily"},
    } | changes


def task_type_of(case: Case) -> TaskType:
    """Theirs has one type for both kinds of classification."""
    if "predicted_classes" in case["input"]["prediction"]:
        return TaskType.MULTI_LABEL_CLASSIFICATION
    return TaskType(case["input"]["prediction_type"])


def sampled(case: Case, *, stored: bool = False) -> Answer:
    """Which rules match; `stored` takes the settings through the Store first."""
    try:
        task_type = task_type_of(case)
    except ValueError:
        return {"refused": "task type"}
    config = configuration(case["input"]["strategies"])
    try:
        settings = settings_from(config, task_type, CLASSES, "parts")
    except InvalidInputError as error:
        return {"refused": "settings", "fields": [each.field for each in error.errors]}
    if stored:
        settings = ProjectSettings.model_validate_json(settings.model_dump_json())
    try:
        prediction = _decoded(case, settings)
    except InvalidInputError as error:
        return _event(*(each.field.rpartition(".")[2] for each in error.errors))
    verdict = Decider(settings, draw=_Drawn(case)).decide("event", prediction)
    return {"matching": [rule.name for rule in verdict.matched]}


def _decoded(case: Case, settings: ProjectSettings) -> Prediction:
    found = roboflow.decode(case["input"]["prediction"], settings.task_type)
    return checked(found, expected_by(settings))


def period(case: Case) -> Answer:
    """The first day of the batch's period, named as theirs is."""
    batch = BatchSettings(recreate=case["input"]["interval"])
    found = period_of(batch, datetime.fromisoformat(case["input"]["local_now"]).replace(tzinfo=UTC))
    forms = {"daily": ("", "%Y-%m-%d"), "weekly": ("-1", "%G-W%V-%u"), "monthly": ("", "%Y-%m")}
    first, form = forms[batch.recreate]
    start = datetime.strptime(found + first, form).replace(tzinfo=UTC)
    return {"batch_name": f"{case['input']['prefix']}_{start:%Y_%m_%d}"}


def check(case: Case, ours: Answer) -> None:
    """Equal, or different just as the table says."""
    theirs = case["expected"]
    if theirs.get("error", {}).get("stage") == "init":
        same = ours.get("refused") == "settings"
    else:
        same = ours == theirs
    if case["id"] not in DIFFERENT:
        assert same, (case["note"], theirs, ours)
        return
    assert not same, "no longer differs: take it out of the table"
    assert ours == DIFFERENT[case["id"]].ours, case["note"]
