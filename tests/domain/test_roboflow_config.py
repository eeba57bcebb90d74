"""Roboflow's configuration as settings: every field, every fault, the command."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from plugin.commands.import_roboflow import import_roboflow
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats.roboflow_config import import_config, settings_from
from tests.conformance.roboflow import CLASSES, configuration

DETECTION, CLASSIFICATION = TaskType.OBJECT_DETECTION, TaskType.CLASSIFICATION
RANDOM = {"name": "r", "type": "random", "traffic_percentage": 0.1}
NEAR = {
    "name": "Hard examples!", "type": "close_to_threshold", "threshold": 0.25, "epsilon": 0.1,
    "probability": 0.5, "selected_class_names": ["dent"], "minimum_objects_close_to_threshold": 2,
    "only_top_classes": False, "tags": ["hard", "line-3"],
    "limits": [
        {"type": "minutely", "value": 10},
        {"type": "daily", "value": 1000},
        {"type": "minutely", "value": 7},
    ],
}  # fmt: skip
COUNT = {"name": "n", "type": "detections_number_based", "probability": 1, "more_than": 3}


def dumped(*strategies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    settings = settings_from(configuration([*strategies], **changes), DETECTION, CLASSES, "parts")
    return settings.model_dump(mode="json", exclude_defaults=True)


def faults(config: object, task_type: TaskType = DETECTION, classes: Any = CLASSES) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        settings_from(config, task_type, classes, "parts")
    return [error.field for error in caught.value.errors]


def test_every_field_has_its_place() -> None:
    batching = {"batches_name_prefix": "al", "recreation_interval": "weekly", "max_batch_images": 5}
    found = dumped(
        RANDOM, NEAR, COUNT, tags=["line-3"], max_image_size=[600, 800], jpeg_compression_level=75,
        persist_predictions=False, batching_strategy=batching,
    )  # fmt: skip
    assert found == {
        "project": "parts",
        "classes": list(CLASSES),
        "image": {"max_width": 800, "max_height": 600, "jpeg_quality": 75},
        "batch": {"recreate": "weekly", "max_images": 5},
        "persist_predictions": False,
        "rules": [
            {"name": "r", "sampling_rate": 0.1, "tags": ["line-3"]},
            {
                "name": "hard-examples",
                "when": {
                    "near": {"threshold": 0.25, "margin": 0.1}, "classes": ["dent"], "at_least": 2,
                },
                "sampling_rate": 0.5,
                "limits": {"per_minute": 7, "per_day": 1000},
                "tags": ["line-3", "hard"],
            },
            {"name": "n", "when": {"count": {"more_than": 3}}, "tags": ["line-3"]},
        ],
    }  # fmt: skip


def test_without_a_size_nothing_is_scaled() -> None:
    image = {"max_width": 16_384, "max_height": 16_384, "jpeg_quality": 95}
    assert dumped(RANDOM)["image"] == image


def test_classification_looks_at_all_classes_and_has_no_minimum() -> None:
    rule = settings_from(configuration([NEAR]), CLASSIFICATION, CLASSES, "parts").rules[0]
    assert rule.when is not None
    assert (rule.when.at_least, rule.when.top_only) == (1, False)


def test_switched_off_is_complete_and_keeps_nothing() -> None:
    settings = settings_from({"enabled": False}, DETECTION, CLASSES, "parts")
    assert (settings.enabled, settings.rules, settings.sampling_rate) == (False, (), 0)


def test_without_classes_those_selected_are_known_and_others_are_welcome() -> None:
    imported = import_config(configuration([RANDOM, NEAR]), DETECTION)
    assert imported.settings.project == "al"
    assert imported.settings.classes == ("dent",)
    assert imported.settings.unknown_classes == "keep"
    assert imported.notes[-1] == "classes: only those selected are known: dent"


def test_names_stay_apart() -> None:
    same = [RANDOM | {"name": name} for name in ("Ä" * 40, "É" * 40, "x" * 40, "X" * 40, "a b")]
    rules = settings_from(configuration(same), DETECTION, CLASSES, "parts").rules
    expected = ["strategy-1", "strategy-2", "x" * 32, "x" * 30 + "-2", "a-b"]
    assert [rule.name for rule in rules] == expected


def test_what_is_not_carried_over_is_said() -> None:
    by_class = {
        "name": "k", "type": "classes_based", "probability": 1, "selected_class_names": ["dent"],
        "colour": "red", "limits": [{"type": "daily", "value": 1, "zone": "CET"}],
    }  # fmt: skip
    notes = import_config(configuration([by_class], target_project="x"), DETECTION, CLASSES).notes
    assert notes == (
        "target_project: not imported, we have no such field",
        "sampling_strategies[0].colour: not imported, we have no such field",
        "sampling_strategies[0].limits[0].zone: not imported, we have no such field",
        "sampling_strategies[0]: matches boxes from now on, there it never did",
    )


@pytest.mark.parametrize(
    ("config", "paths"),
    [
        pytest.param([], ["configuration"], id="no object"),
        pytest.param(configuration([]), ["sampling_strategies"], id="no strategies"),
        pytest.param(configuration([RANDOM], enabled="yes"), ["enabled"], id="no boolean"),
        pytest.param(configuration([{"name": "r"}]), ["sampling_strategies[0].type"], id="no type"),
        pytest.param(configuration([7]), ["sampling_strategies[0]"], id="no strategy"),
        pytest.param(configuration([RANDOM] * 2), ["sampling_strategies[1].name"], id="name twice"),
        pytest.param(
            configuration([COUNT | {"less_than": 4}]), ["sampling_strategies[0].less_than"],
            id="no number between",
        ),
        pytest.param(
            configuration([NEAR | {"selected_class_names": ["dent", "nail"]}]),
            ["sampling_strategies[0].selected_class_names[1]"], id="not a class of the model",
        ),
        pytest.param(
            configuration([RANDOM | {"tags": [str(n) for n in range(21)]}]),
            ["sampling_strategies[0].tags"], id="too many tags",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(config: object, paths: list[str]) -> None:
    assert faults(config) == paths


def test_every_fault_is_found_at_once() -> None:
    strategies = [
        RANDOM | {"traffic_percentage": 10},
        {"name": "z", "type": "entropy"},
        {"name": "r", "type": "close_to_threshold", "threshold": 2, "epsilon": "x"},
        RANDOM | {"name": "l", "limits": [{"type": "weekly", "value": -1}], "tags": ["a,b"]},
    ]
    batching = {"recreation_interval": "hourly"}
    config = configuration(strategies, batching_strategy=batching, max_image_size=[600])
    config |= {"jpeg_compression_level": 0}
    del config["persist_predictions"]
    assert set(faults(config)) == {
        "persist_predictions", "max_image_size", "jpeg_compression_level",
        "batching_strategy.batches_name_prefix", "batching_strategy.recreation_interval",
        "sampling_strategies[0].traffic_percentage", "sampling_strategies[1].type",
        "sampling_strategies[2].threshold", "sampling_strategies[2].epsilon",
        "sampling_strategies[2].probability", "sampling_strategies[2].name",
        "sampling_strategies[3].limits[0].type", "sampling_strategies[3].limits[0].value",
        "sampling_strategies[3].tags[0]",
    }  # fmt: skip


def test_counting_boxes_needs_boxes() -> None:
    assert faults(configuration([COUNT]), CLASSIFICATION) == ["sampling_strategies[0].type"]


def test_reviewers_need_classes() -> None:
    assert faults(configuration([RANDOM]), classes=()) == ["classes"]


def test_the_command_prints_settings_that_apply_understands(tmp_path: Path) -> None:
    config, out = tmp_path / "config.json", tmp_path / "settings.yaml"
    config.write_text(json.dumps(configuration([RANDOM, NEAR, COUNT])))
    command = [str(config), "--task-type", "object-detection", "--classes", "bolt, dent"]
    printed = CliRunner().invoke(import_roboflow, command)
    assert printed.exit_code == 0
    assert (
        printed.stderr == "sampling_strategies[1].name: 'Hard examples!' became 'hard-examples'\n"
    )
    settings = ProjectSettings.model_validate(yaml.safe_load(printed.stdout))
    assert settings.project == "al"
    assert settings.classes == ("bolt", "dent")
    written = CliRunner().invoke(import_roboflow, [*command, "-o", str(out)])
    assert (written.stdout, out.read_text()) == ("", printed.stdout)
