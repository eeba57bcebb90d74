"""Settings: what is accepted, what is refused, and where the fault is said to lie."""

import pytest
from pydantic import ValidationError

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
        pytest.param({"classes": ["a", "a"], "rules": []}, "", id="a class twice"),
        pytest.param({"project": "../x"}, "project", id="name is a path"),
        pytest.param({"project": "x" * 33}, "project", id="name too long for a title"),
        pytest.param({"rules": [{"name": "r", "when": {}}]}, "rules.0.when", id="empty when"),
        pytest.param(
            {"rules": [{"name": "r", "when": {"classes": ["nail"]}}]}, "", id="unknown class"
        ),
        pytest.param(
            {"rules": [{"name": "r", "when": {"confidence": {}}}]},
            "rules.0.when.confidence",
            id="no bound",
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


def test_settings_survive_json() -> None:
    value = settings(sampling_rate="12.5%", limits={"per_day": 7}, conditions="all")
    assert ProjectSettings.model_validate_json(value.model_dump_json()) == value
