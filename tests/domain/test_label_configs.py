"""Labelling configs: one per task type, with the project's classes, in colours that stay."""

import re
from collections.abc import Sequence

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import FILTERED, render
from plugin.labelstudio.merging import merge

NAMES = ["bolt", '<b>&"dent"', "שריטה", "x" * 200]


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_label_studio_accepts_it_and_reads_the_names(task_type: TaskType) -> None:
    interface = LabelInterface(render(task_type, NAMES, keypoints=["tip", "tail"]))
    interface.validate()  # type: ignore[no-untyped-call]
    for control in interface.controls:
        expected = ["tip", "tail"] if control.name == "label-points" else NAMES
        assert list(control.labels) == expected


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_colours_that_were_given_stay(task_type: TaskType) -> None:
    shades = {"bolt": "#fc6000", "tip": "#00a800"}
    config = render(task_type, NAMES, ["tip", "tail"], shades)
    assert len(re.findall('value="bolt" background="#fc6000"', config)) >= 1
    if task_type is TaskType.KEYPOINT_DETECTION:
        assert 'value="tip" background="#00a800"' in config


def test_points_have_other_colours_than_the_objects_that_they_lie_on() -> None:
    config = render(TaskType.KEYPOINT_DETECTION, NAMES, ["tip", "tail", "left", "right"])
    assert len(set(re.findall('background="(#[0-9a-f]{6})"', config))) == 8


def test_outlines_and_masks_of_a_class_have_one_colour() -> None:
    config = render(TaskType.INSTANCE_SEGMENTATION, NAMES)
    found = re.findall('background="(#[0-9a-f]{6})"', config)
    assert found[:4] == found[4:]


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_many_classes_can_be_searched_for(task_type: TaskType) -> None:
    few, many = ([f"class {n}" for n in range(number)] for number in (FILTERED, FILTERED + 1))
    assert "<Filter" not in render(task_type, few)
    config = render(task_type, many)
    assert "<Filter" in config
    interface = LabelInterface(config)
    interface.validate()  # type: ignore[no-untyped-call]
    assert "filter" not in {control.name for control in interface.controls}


def test_the_image_leaves_room_for_the_controls_and_they_for_the_image() -> None:
    def taken(number: int) -> int:
        config = render(TaskType.OBJECT_DETECTION, [f"class {n}" for n in range(number)])
        found = re.search(r'maxHeight="max\(33vh, calc\(100vh - (\d+)px\)\)"', config)
        assert found
        return int(found[1])

    assert taken(3) < taken(10) < taken(15) < taken(30) == taken(1000)


def test_a_class_that_is_learned_is_added_in_the_colour_that_it_has() -> None:
    asked: list[list[str]] = []

    def shades(missing: Sequence[str]) -> dict[str, str]:
        asked.append(list(missing))
        return dict.fromkeys(missing, "#fc6000")

    config = render(TaskType.INSTANCE_SEGMENTATION, ["dent"])
    assert merge(config, ["dent"], (), shades) == config
    assert asked == []
    merged = merge(config, ["dent", "rust"], (), shades)
    assert merged.count('value="rust" background="#fc6000"') == 2  # outline and mask
    assert asked == [["rust"], ["rust"]]


def test_reviewers_can_turn_rectangles_where_a_prediction_has_turned_ones() -> None:
    config = render(TaskType.OBJECT_DETECTION, ["dent"])
    assert 'canRotate="false"' in config
    free = merge(config, ["dent"], can_turn=True)
    assert 'canRotate="true"' in free
    assert free.replace('canRotate="true"', 'canRotate="false"') == merge(config, ["dent"])
    assert merge(free, ["dent"], can_turn=True) == free
    outlines = render(TaskType.INSTANCE_SEGMENTATION, ["dent"])
    assert merge(outlines, ["dent"], can_turn=True) == outlines
