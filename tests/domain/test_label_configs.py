"""Labelling configs: one per task type, with the project's classes, in colours that stay."""

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import colours, render

NAMES = ["bolt", '<b>&"dent"', "שריטה", "x" * 200]


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_label_studio_accepts_it_and_reads_the_names(task_type: TaskType) -> None:
    interface = LabelInterface(render(task_type, NAMES, keypoints=["tip", "tail"]))
    interface.validate()  # type: ignore[no-untyped-call]
    for control in interface.controls:
        expected = ["tip", "tail"] if control.name == "label-points" else NAMES
        assert list(control.labels) == expected


def test_a_class_keeps_its_colour_when_others_come() -> None:
    few, more = colours(NAMES[:2]), colours(NAMES)
    assert few.items() <= more.items()


def test_colours_differ_while_there_are_enough() -> None:
    found = colours([f"class-{n}" for n in range(60)])
    assert len(set(list(found.values())[:24])) == 24
    assert len(found) == 60
