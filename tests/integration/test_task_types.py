"""Every task type, posted, imported into a real Label Studio, accepted there and collected."""

from typing import Any

import httpx
import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.label_configs import render
from plugin.stores.review.reviews import Review
from tests.samples import CLASSES, encoded, jpeg
from tests.waiting import wait_for

POLYGON = [[40, 30], [120, 40], [110, 140], [50, 120]]
TIP: dict[str, Any] = {"name": "tip", "x": 50, "y": 60, "confidence": 0.9}
BOX: dict[str, Any] = {"class": "dent", "confidence": 0.6, "xyxy": [40, 30, 120, 140]}
CORNERS = [[200, 100], [248, 136], [224, 168], [176, 132]]
TURNED: dict[str, Any] = BOX | {"xyxy": [176, 100, 248, 168], "polygon": CORNERS}
POSTED: dict[TaskType, dict[str, Any]] = {
    TaskType.OBJECT_DETECTION: {"boxes": [BOX, BOX | {"class": "bolt"}, TURNED]},
    TaskType.INSTANCE_SEGMENTATION: {"boxes": [BOX | {"polygon": POLYGON}]},
    TaskType.KEYPOINT_DETECTION: {"boxes": [BOX | {"keypoints": [TIP, TIP | {"name": "tail"}]}]},
    TaskType.CLASSIFICATION: {
        "labels": [{"class": "dent", "confidence": 0.6}],
        "scores": {"dent": 0.6, "bolt": 0.3, "scratch": 0.1},
    },
    TaskType.MULTI_LABEL_CLASSIFICATION: {
        "labels": [{"class": "dent", "confidence": 0.6}, {"class": "bolt", "confidence": 0.7}]
    },
}


def post(installation: Installation, task_type: TaskType) -> str:
    app, project = installation.application, f"type-{task_type}"[:32].rstrip("-")
    content: dict[str, Any] = {
        "project": project,
        "task_type": task_type,
        "classes": CLASSES,
        "unknown_classes": "keep",
    }
    if task_type is TaskType.KEYPOINT_DETECTION:
        content["keypoints"] = ["tip"]  # "tail" is learned
    app.history.add(ProjectSettings.model_validate(content), "test", utc_now())
    _, key = app.deployments.register(project, "line-3", utc_now())
    answer = httpx.post(
        f"{installation.webhook_url}/v1/projects/{project}/events",
        headers={"Authorization": f"Bearer {key}"},
        data={"prediction": encoded({"width": 320, "height": 240} | POSTED[task_type])},
        files={"image": ("shot.jpg", jpeg(), "image/jpeg")},
    )
    assert answer.json().get("outcome") == "kept", answer.text
    wait_for(lambda: not app.spool.pending(project), "the import")
    return project


def essence(prediction: Prediction) -> list[object]:
    """What a reviewer accepts: classes, corners, outlines and points, without confidences."""
    boxes = [
        (
            box.class_name,
            tuple(round(value, 1) for value in box.xyxy),
            tuple((round(x, 1), round(y, 1)) for x, y in box.polygon),
            tuple((point.name, round(point.x, 1), round(point.y, 1)) for point in box.keypoints),
        )
        for box in prediction.boxes
    ]
    return [*boxes, *(label.class_name for label in prediction.labels)]


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_what_was_posted_comes_back_from_review(
    installation: Installation, task_type: TaskType
) -> None:
    app, project = installation.application, post(installation, task_type)
    (batch,) = app.batches.of_project(project)
    (ref,) = app.batches.tasks(batch)
    task = app.label_studio.task(ref.id)
    prediction = task["predictions"][0]
    interface = LabelInterface(render(task_type, batch.classes, batch.keypoints))
    fields = {name: prediction[name] for name in ("model_version", "score", "result")}
    faults = interface.validate_prediction(fields, return_errors=True)  # type: ignore[no-untyped-call]
    assert faults == []
    shown = app.label_studio.project(batch.label_studio_id)
    assert shown
    turns = task_type is TaskType.OBJECT_DETECTION
    assert ('canRotate="true"' in shown.label_config) == turns, "where a model posts turned boxes"

    seen = app.spool.imported_frame(project, ref.frame_id)
    assert seen is not None
    app.label_studio.annotate(ref.id, prediction["result"], seconds=3.0)
    app.collector.collect(project)

    reviews: list[Review] = list(app.reviews.of_project(project))
    assert [review.frame_id for review in reviews] == [ref.frame_id]
    assert essence(reviews[0].truth) == essence(seen.frame.prediction)
