"""Frames per second into Label Studio, against a script that goes frame by frame."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import httpx
import msgspec

from benchmarks.photos import photo
from benchmarks.table import Row, compare
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats.label_studio import encode_prediction
from plugin.formats.native import PostedEvent
from plugin.labelstudio.label_configs import CONTROL, OBJECT, render
from plugin.services.receiving import Answer

PROJECT = "bench"
TASK = TaskType.OBJECT_DETECTION
FRAMES = 200
FRAMES_ONE_BY_ONE = 20
BOXES = tuple(Box("part", 0.5, (100.0 * n, 50, 100.0 * n + 80, 300)) for n in range(5))
PREDICTION = Prediction(1280, 720, BOXES, model_version="bench-1")
TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  of a server that lives for this run


def rows() -> Iterator[Row]:
    """Measure, with uploads of 150 kB JPEGs and 5 boxes each."""
    with _running() as application:
        numbers = count()
        project = application.label_studio.create_project("rival", "", render(TASK, ["part"]))
        ours, other = compare(
            lambda: application.importer.run(PROJECT),
            lambda: _import_one_by_one(application, project),
            before=lambda: _keep_frames(application, numbers),
        )
    what = "frames into Label Studio, with uploads of 150 kB"
    yield Row(what, ours, "a script, frame by frame", other, "frames/s", "≥ 15 ×")


@contextmanager
def _running() -> Iterator[Application]:
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        redis, label_studio = free_port(0), free_port(0)
        processes.start(programs.redis(processes.data, redis))
        processes.start(programs.label_studio(processes.data, label_studio, "bench-bench", TOKEN))
        application = Application(
            Config.model_validate(
                {
                    "STORE_URL": f"{folder}/store",
                    "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
                    "LABEL_STUDIO_URL": f"http://127.0.0.1:{label_studio}",
                    "LABEL_STUDIO_API_KEY": TOKEN,
                }
            )
        )
        settings = {"project": PROJECT, "classes": ["part"], "batch": {"max_images": 100_000}}
        application.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
        application.deployments.register(PROJECT, "bench", utc_now())
        yield application
        application.close()


def _keep_frames(application: Application, numbers: Iterator[int]) -> None:
    deployment = application.deployments.of_project(PROJECT)[0]
    body, now = msgspec.Raw(msgspec.json.encode(PREDICTION)), utc_now()
    for number in islice(numbers, FRAMES):
        event = PostedEvent(prediction=body, event_id=f"event-{number}")
        offer = application.receiver.decide(deployment, event, now, file=photo(number))
        if isinstance(offer, Answer):
            raise SystemExit(f"event {number} was turned away: {offer.reason}")
        application.keeper.keep([offer])


def _import_one_by_one(application: Application, project: int) -> int:
    """What a script does that follows the documentation: upload, find the task, add to it."""
    headers = {"Authorization": f"Token {TOKEN}"}
    with httpx.Client(base_url=application.config.label_studio_url, headers=headers) as client:
        for number in range(FRAMES_ONE_BY_ONE):
            answer = client.post(
                f"/api/projects/{project}/import",
                params={"return_task_ids": "true"},
                files={"file": (f"{number}.jpg", photo(number), "image/jpeg")},
            )
            (task,) = answer.raise_for_status().json()["task_ids"]
            prediction = encode_prediction(PREDICTION, CONTROL, OBJECT) | {"task": task}
            client.post("/api/predictions/", json=prediction).raise_for_status()
    return FRAMES_ONE_BY_ONE
