"""Settings: what is accepted, what is refused, and where the fault is said to lie."""

import pytest
from pydantic import ValidationError

from plugin.domain.deciding import Decider
from plugin.domain.prediction import Box, Prediction
from plugin.domain.settings import ProjectSettings
from tests.samples import settings


@pytest.mark.parametrize(("written", "read"), [("0.5%", 0.005), (0.005, 0.005), ("100%", 1.0)])
def test_a_share_is_written_in_either_way(written: object, read: float) -> None:
    assert settings(sampling_rate=written).sampling_rate == pytest.approx(read)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"sampling_rate": "101%"}, "sampling_rate", id="rate above 100 %"),
        pytest.param({"sampling_rate": "lots%"}, "sampling_rate", id="no number"),
        pytest.param({"sampling_rate": float("nan")}, "sampling_rate", id="not a number"),
        pytest.param({"limits": {"per_week": 3}}, "limits.per_week", id="unknown key"),
        pytest.param({"limits": {"per_hour": -1}}, "limits.per_hour", id="negative cap"),
        pytest.param({"batch": {"timezone": "Mars/Base"}}, "batch.timezone", id="no such zone"),
        pytest.param({"batch": {"timezone": "../etc"}}, "batch.timezone", id="zone is a path"),
        pytest.param({"classes": []}, "classes", id="no classes"),
        pytest.param({"classes": ["a", "a"], "rules": []}, "classes.1", id="a class twice"),
        pytest.param({"project": "../x"}, "project", id="name is a path"),
        pytest.param({"project": "x" * 33}, "project", id="name too long for a title"),
        pytest.param({"rules": [{"name": "r", "when": {}}]}, "rules.0.when", id="empty when"),
        pytest.param(
            {"rules": [{"name": "r", "when": {"classes": ["nail"]}}]},
            "rules.0.when.classes.0",
            id="unknown class",
        ),
        pytest.param(
            {"rules": [{"name": "r", "when": {"confidence": {}}}]},
            "rules.0.when.confidence",
            id="no bound",
        ),
        pytest.param({"rules": [{"name": "r"}, {"name": "r"}]}, "rules.1.name", id="a rule twice"),
        pytest.param({"keypoints": ["tip"]}, "keypoints", id="keypoints in detection"),
        pytest.param(
            {"task_type": "keypoint-detection", "keypoints": ["a", "a"]},
            "keypoints.1",
            id="a keypoint twice",
        ),
        pytest.param({"sampling_rate": True}, "sampling_rate", id="a truth is no rate"),
        pytest.param({"limits": {"per_day": True}}, "limits.per_day", id="a truth is no number"),
        pytest.param(
            {"limits": {"per_day": 10**12}}, "limits.per_day", id="more than Redis counts"
        ),
    ],
)
def test_what_is_refused(changes: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [path]


def test_every_fault_is_found_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        settings(sampling_rate=2, limits={"per_minute": "x"}, nonsense=1)
    assert len(caught.value.errors()) == 3


@pytest.mark.parametrize(
    ("when", "path"),
    [
        pytest.param({"confidence": {"above": "60%", "below": "60%"}}, ".confidence", id="above"),
        pytest.param({"confidence": {"at_least": 0.6, "below": 0.6}}, ".confidence", id="at_least"),
        pytest.param({"count": {"more_than": 3, "less_than": 4}}, ".count", id="between numbers"),
        pytest.param(
            {"near": {"threshold": 0.5, "margin": 0.1}, "confidence": {"above": 0.6}}, ".near",
            id="near and band apart",
        ),
        pytest.param({"empty": True, "count": {"at_least": 1}}, "", id="empty and some"),
        pytest.param({"empty": True, "confidence": {"below": 0.5}}, "", id="empty and unsure"),
        pytest.param({"empty": False, "count": {"at_most": 0}}, "", id="not empty and none"),
        pytest.param({"classes": ["dent"], "at_least": 3, "count": {"at_most": 2}}, "", id="3"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_where_they_lie(when: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(rules=[{"name": "r", "when": when}])
    found = [".".join(map(str, error["loc"])) for error in caught.value.errors()]
    assert found == [f"rules.0.when{path}"]


@pytest.mark.parametrize(
    "when",
    [
        {"confidence": {"at_least": 0.5, "at_most": 0.5}},
        {"count": {"more_than": 3, "less_than": 5}},
        {"empty": True},
        {"count": {"less_than": 0}},
        {"near": {"threshold": 0.5, "margin": 0}},
        {"confidence": {"above": 1}},
        {"empty": False, "count": {"at_most": 1}},
        {"near": {"threshold": 0.5, "margin": 0.1}, "confidence": {"below": 0.5}},
    ],
    ids=str,
)
def test_what_can_hold_is_accepted_and_means_the_same_when_read_again(
    when: dict[str, object],
) -> None:
    value = settings(rules=[{"name": "r", "when": when}])
    again = ProjectSettings.model_validate_json(value.model_dump_json())
    assert again == value
    assert decided(again) == decided(value)


def decided(value: ProjectSettings) -> list[bool]:
    """What becomes of no box, one and four."""
    boxes = tuple(Box("dent", 0.45, (1, 2, 3, 4)) for _ in range(4))
    predictions = (Prediction(320, 240, boxes[:number]) for number in (0, 1, 4))
    return [Decider(value).decide("event", each).refused is None for each in predictions]


def test_settings_survive_json() -> None:
    value = settings(sampling_rate="12.5%", limits={"per_day": 7}, conditions="all")
    assert ProjectSettings.model_validate_json(value.model_dump_json()) == value
