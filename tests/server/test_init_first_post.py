"""The post that `lsal init` prints, for each type of task."""

import shlex

import pytest

from plugin.commands.init_first_post import first_post
from plugin.domain.prediction import TaskType
from plugin.formats.predictions import decode_prediction, expected_by
from plugin.services.operations.setting_up import FirstProject


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_the_first_post_is_one_that_its_project_takes(task_type: TaskType) -> None:
    points = ("tip",) if task_type is TaskType.KEYPOINT_DETECTION else ()
    names = ('it\'s a "bolt"; $HOME', "dent")
    settings = FirstProject("parts", task_type, names, points).settings()
    words = shlex.split(first_post("http://127.0.0.1:8090", settings, "lsal_key"))
    assert words[:3] == ["curl", "-H", "Authorization: Bearer lsal_key"]
    assert words[-1] == "http://127.0.0.1:8090/v1/projects/parts/events"
    said = next(each for each in words if each.startswith("prediction="))
    found = decode_prediction(said.partition("=")[2].encode(), expected_by(settings))
    assert (found.boxes or found.labels)[0].class_name == names[0]
