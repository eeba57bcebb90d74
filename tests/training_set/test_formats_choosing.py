"""Which formats there are for which task type."""

import pytest

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.training_set.formats.choosing import choose, fitting


@pytest.mark.parametrize(
    ("task_type", "names"),
    [
        (TaskType.OBJECT_DETECTION, ["coco", "yolo", "yolo-obb", "voc"]),
        (TaskType.INSTANCE_SEGMENTATION, ["coco", "yolo", "yolo-obb", "masks"]),
        (TaskType.KEYPOINT_DETECTION, ["coco", "yolo"]),
        (TaskType.CLASSIFICATION, ["folders", "csv"]),
        (TaskType.MULTI_LABEL_CLASSIFICATION, ["csv"]),
    ],
    ids=lambda each: str(each) if isinstance(each, TaskType) else "",
)
def test_every_task_type_has_its_formats(task_type: TaskType, names: list[str]) -> None:
    assert [each.name for each in fitting(task_type)] == names
    assert [each.name for each in choose([*names, *names], task_type)] == names


@pytest.mark.parametrize("name", ["coco", "tfrecord", ""])
def test_another_one_is_refused_by_name_with_those_that_fit(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        choose(["csv", name], TaskType.CLASSIFICATION)
    assert str(caught.value) == (
        f"format: {name!r}, expected one of folders, csv, which fit classification"
    )


def test_no_format_at_all_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="format: '', expected one of"):
        choose([], TaskType.CLASSIFICATION)
