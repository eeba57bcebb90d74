"""What a task carries, as the Data Manager filters and sorts it."""

import json
from collections.abc import Mapping
from datetime import datetime

import msgspec
import pytest

from plugin.demo.installation import Installation
from plugin.domain.frame import NO_IMAGE, Frame
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.tasks import prediction_of, task_of
from plugin.labelstudio.values import filters
from tests.samples import NOW, settings

FRAMES = {  # what they differ in, by event id
    "first": ("gate-1", 10, ("unsure", "night"), "2026-11-23T12:00:00+00:00", 0.4),
    "second": ("gate-2", 2, ("night",), "2026-11-23T12:30:00+01:00", 0.9),
    "third": ("gate-1", -1, (), "2026-11-23T08:00:00-05:00", 0.1),
}


def frame(event_id: str) -> Frame:
    deployment, priority, tags, captured_at, confidence = FRAMES[event_id]
    boxes = (Box("dent", confidence, (10, 20, 200, 300)), Box("bolt", 0.95, (10, 20, 50, 60)))
    return Frame(
        frame_id=event_id, project="parts", event_id=event_id, deployment=deployment,
        captured_at=datetime.fromisoformat(captured_at), received_at=NOW, period="2026-11-23",
        image=NO_IMAGE, rule="unsure", tags=tags, priority=priority,
        prediction=Prediction(640, 480, boxes, model_version="v7"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def project(installation: Installation) -> int:
    """A project with a task of each frame."""
    label_studio, wanted = installation.application.label_studio, settings()
    config = render(TaskType.OBJECT_DETECTION, ["bolt", "dent"])
    made = label_studio.create_project("filters", "", config)
    tasks = [
        task_of(wanted, each, "/data/none.jpg", prediction_of(wanted, each, (320, 240)))
        for each in map(frame, FRAMES)
    ]
    label_studio.import_tasks(made, tasks)
    return made


def listed(installation: Installation, project: int, query: Mapping[str, object]) -> list[str]:
    """Event ids of the tasks that the Data Manager shows."""
    asked = {"project": project, "query": json.dumps(query), "fields": "task_only"}
    with translated():
        found = installation.application.label_studio._request("GET", "api/tasks", params=asked)
    return [task["data"]["event_id"] for task in found["tasks"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("tasks:data.order", ["first", "second", "third"]),
        ("tasks:data.priority", ["third", "second", "first"]),
        ("tasks:data.captured_at", ["second", "first", "third"]),
        ("-tasks:data.captured_at", ["third", "first", "second"]),
        ("tasks:data.event_id", ["first", "second", "third"]),
        ("tasks:predictions_score", ["third", "first", "second"]),
    ],
)
def test_tasks_are_sorted_by_what_they_carry(
    installation: Installation, project: int, order: str, expected: list[str]
) -> None:
    assert listed(installation, project, {"ordering": [order]}) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("data.frame_id", "equal", "String", "second"), ["second"]),
        (("data.deployment", "equal", "String", "gate-1"), ["first", "third"]),
        (("data.model_version", "equal", "String", "v7"), ["first", "second", "third"]),
        (("data.model_version", "equal", "String", "v8"), []),
        (("data.rule", "equal", "String", "unsure"), ["first", "second", "third"]),
        (("data.tags", "contains", "String", "night"), ["first", "second"]),
        (("data.priority", "greater", "Number", "1"), ["first", "second"]),
        (("data.captured_at", "greater", "String", "2026-11-23T11:45"), ["first", "third"]),
        (("predictions_score", "less", "Number", "0.5"), ["first", "third"]),
    ],
)
def test_tasks_are_filtered_by_what_they_carry(
    installation: Installation,
    project: int,
    condition: tuple[str, str, str, str],
    expected: list[str],
) -> None:
    field, *rest = condition
    wanted = {"filters": filters(f"filter:tasks:{field}", *rest)}
    assert listed(installation, project, wanted) == expected


def test_a_prediction_carries_its_model_and_scores(
    installation: Installation, project: int
) -> None:
    label_studio = installation.application.label_studio
    task = label_studio.task(label_studio.tasks_of_frames(project, ["first"])["first"])
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("v7", 0.4)
    assert [region["score"] for region in prediction["result"]] == [0.4, 0.95]


def test_without_persisted_predictions_the_image_comes_alone() -> None:
    wanted = settings(persist_predictions=False)
    assert prediction_of(wanted, frame("first"), (320, 240)) is None
    task = task_of(wanted, frame("first"), "/data/none.jpg", None)
    assert task["predictions"] == []
    assert task["data"]["model_version"] == "v7"
    assert msgspec.json.encode(task)


def test_all_tasks_of_a_large_project_are_found(installation: Installation) -> None:
    """Label Studio answers in pages, of a size that is not always the one asked for."""
    label_studio = installation.application.label_studio
    project = label_studio.create_project("pages", "", render(TaskType.OBJECT_DETECTION, ["dent"]))
    tasks = [{"data": {"image": f"/data/{n}.jpg", "frame_id": f"{n:032x}"}} for n in range(2100)]
    ids = label_studio.import_tasks(project, tasks)
    expected = {task["data"]["frame_id"]: number for task, number in zip(tasks, ids, strict=True)}
    assert label_studio.frames_of(project) == {name: [task] for name, task in expected.items()}
    assert label_studio.images_of(project) == {task["data"]["image"] for task in tasks}
    some = list(expected)[::21]
    assert label_studio.tasks_of_frames(project, some) == {name: expected[name] for name in some}
    assert {each.id for each in label_studio.projects_of("")} >= {project}
    label_studio.delete_project(project)
    assert label_studio.project(project) is None
