"""Every way in which events come in leads to the sample, whatever becomes of them."""

from typing import Any

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.deciding import Decider
from plugin.domain.prediction import Box, Label, Prediction
from plugin.stores.measures.traffic_records import decode_record, encode_record
from tests.samples import NOW, box, prediction, settings
from tests.server.rsgi import Client
from tests.server.test_events import PATH, bearer, event
from tests.server.test_ndjson import post_lines


def post(client: Client, key: str, **fields: Any) -> str:
    answer = client.post(
        PATH, data=msgspec.json.encode(event(**fields)), headers=bearer(key),
        content_type="application/json",
    )  # fmt: skip
    return str(answer.get_json()["outcome"])


def recorded(application: Application) -> list[str]:
    application.flusher.flush()
    return sorted(each.event_id for each in application.traffic.recent("parts"))


def test_what_is_turned_away_is_recorded_like_what_is_kept(
    client: Client, key: str, application: Application
) -> None:
    assert post(client, key, event_id="kept") == "kept"
    sure = prediction(box(confidence=0.9))
    assert post(client, key, event_id="sure", prediction=sure) == "no_rule_matched"
    post_lines(client, key, [event(event_id="line", prediction=sure, image=None)])
    assert recorded(application) == ["kept", "line", "sure"]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [({"sampling_rate": 0}, "not_sampled"), ({"enabled": False}, "disabled")],
)
def test_what_nobody_looks_at_is_recorded_too(
    client: Client, key: str, application: Application, changes: dict[str, Any], outcome: str
) -> None:
    application.history.add(settings(**changes), "test", utc_now())
    assert post(client, key, event_id="a") == outcome
    assert recorded(application) == ["a"]


def test_what_is_refused_is_not_recorded(
    client: Client, key: str, application: Application
) -> None:
    bad = msgspec.json.encode(event(prediction=prediction(box("rust"))))
    client.post(PATH, data=bad, headers=bearer(key), content_type="application/json")
    client.post(PATH, data=b"{broken", headers=bearer(key), content_type="application/json")
    assert recorded(application) == []


SCORES = {"bolt": 0.2, "dent": 0.5, "scratch": 0.3}
PREDICTIONS = {
    "no boxes": Prediction(width=10, height=10),
    "boxes": Prediction(
        width=9, height=9, boxes=(Box("dent", 0.59, (1, 1, 2, 2)), Box("bolt", 0.7, (1, 1, 2, 2)))
    ),
    "scored": Prediction(
        boxes=(Box("dent", 0.9, (1, 1, 2, 2), scores=SCORES), Box("dent", 0.61, (1, 1, 2, 2)))
    ),
    "label": Prediction(labels=(Label("dent", 0.5),), scores=SCORES),
    "no label": Prediction(scores=SCORES),
    "stub": Prediction(stub=True),
}
CONDITIONS: list[dict[str, Any] | None] = [
    None,
    {"classes": ["dent"], "confidence": {"below": "60%"}},
    {"near": {"threshold": 0.6, "margin": 0.02}, "at_least": 2},
    {"count": {"more_than": 1}},
    {"empty": True},
    {"uncertainty": {"measure": "entropy", "above": 0.5}},
    {"classes": ["scratch"], "confidence": {"above": 0.25}, "top_only": False},
]


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_recorded_event_is_decided_as_the_event_was(name: str) -> None:
    labelled = bool(PREDICTIONS[name].scores)
    task_type = "classification" if labelled else "object-detection"
    usable = [when for when in CONDITIONS if not (labelled and _of_boxes(when))]
    rules = [{"name": f"r{n}", "when": when} for n, when in enumerate(usable)]
    decider = Decider(settings(rules=rules, task_type=task_type))
    record = decode_record(encode_record("a", NOW, 2.5, PREDICTIONS[name]))
    assert decider.decide("a", record.prediction) == decider.decide("a", PREDICTIONS[name])
    assert (record.event_id, record.at, record.weight) == ("a", NOW, 2.5)


def _of_boxes(when: dict[str, Any] | None) -> bool:
    """Whether a condition says nothing where there are labels."""
    return when is not None and ("count" in when or "empty" in when or when.get("at_least") == 2)
