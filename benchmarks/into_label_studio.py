"""Frames per second into Label Studio: against a script that goes frame by frame, and its own bulk.

Images of 150 kB, 5 boxes each; everything on one machine, Label Studio on SQLite.

Label Studio stands still for 170 ms about every 700 tasks, while Python looks through all of its
objects for garbage (seen with `gc.callbacks` in its process). A run of 400 frames has none of these
pauses or one, and the same side meets it in every round; against its bulk import, runs are so long
that both sides meet several.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import httpx
import msgspec
from label_studio_sdk import LabelStudio

from benchmarks.photos import photo
from benchmarks.table import Row, compare
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.domain.deployment import Deployment
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats.label_studio import encode_prediction
from plugin.formats.native import PostedEvent
from plugin.labelstudio.label_configs import CONTROL, OBJECT, render
from plugin.labelstudio.tasks import prediction_of, task_of
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.services.intake.receiving import Answer, Offer

PROJECT = "bench"
TASK = TaskType.OBJECT_DETECTION
FRAMES = 400
FRAMES_IN_BULK = 2_000
FRAMES_ONE_BY_ONE = 20
BOXES = tuple(Box("part", 0.5, (100.0 * n, 50, 100.0 * n + 80, 300)) for n in range(5))
PREDICTION = Prediction(1280, 720, BOXES, model_version="bench-1")
BODY = msgspec.Raw(msgspec.json.encode(PREDICTION))
TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  of a server that lives for this run

ONE_BY_ONE = "a script, frame by frame"
BULK = "its bulk import by its SDK, nothing around it"
BARE = "its bulk import by the call that we make, nothing around it"


def rows() -> Iterator[Row]:
    """Measure with uploads, then with local files."""
    with running() as (folder, environment):
        with parts_on(environment) as parts:
            rival = _rival(parts)
            yield _row(parts, "uploads", ONE_BY_ONE, lambda: _one_by_one(parts, rival), "≥ 15 ×")
        local = environment | {"LSAL_MEDIA": str(folder / programs.MEDIA)}
        with parts_on(local | {"STORE_URL": f"{folder}/local"}) as parts:
            yield _row(
                parts, "local files", ONE_BY_ONE, lambda: _one_by_one(parts, rival), "≥ 40 ×"
            )
            tasks = _tasks(parts)
        with parts_on(local | {"STORE_URL": f"{folder}/bulk"}) as parts:
            # Both of them into projects of the same size: Label Studio gets slower with it.
            rival = _rival(parts)
            client = LabelStudio(base_url=parts.config.label_studio_url, api_key=TOKEN)  # type: ignore[no-untyped-call]
            sdk = lambda some: client.projects.import_tasks(  # noqa: E731
                id=rival, request=some, return_task_ids=True
            )
            yield _row(parts, "local files", BULK, lambda: _bulk(tasks, sdk), "≥ 0.85 ×")
        with parts_on(local | {"STORE_URL": f"{folder}/bare"}) as parts:
            bare = partial(parts.label_studio.import_tasks, _rival(parts))
            yield _row(parts, "local files", BARE, lambda: _bulk(tasks, bare), "shown")


def _row(parts: Application, media: str, name: str, other: Callable[[], int], goal: str) -> Row:
    numbers, frames = count(), FRAMES if name == ONE_BY_ONE else FRAMES_IN_BULK
    before = lambda: _keep_frames(parts, f"{name}-{media}", islice(numbers, frames))  # noqa: E731
    ours, others = compare(lambda: parts.importer.run(PROJECT), other, before=before)
    return Row(f"frames into Label Studio, {media}", ours, name, others, "frames/s", goal)


@contextmanager
def running() -> Iterator[tuple[Path, dict[str, str]]]:
    """Redis and Label Studio; the folder of their data, and the environment that finds them."""
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        redis, label_studio = free_port(0), free_port(0)
        processes.start(programs.redis(processes.data, redis))
        processes.start(programs.label_studio(processes.data, label_studio, "bench-bench", TOKEN))
        yield (
            processes.data,
            {
                "STORE_URL": f"{folder}/store",
                "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
                "LABEL_STUDIO_URL": f"http://127.0.0.1:{label_studio}",
                "LABEL_STUDIO_API_KEY": TOKEN,
            },
        )


@contextmanager
def parts_on(environment: dict[str, str]) -> Iterator[Application]:
    parts = Application(Config.model_validate(environment))
    parts.redis.flushdb()
    settings = {"project": PROJECT, "classes": ["part"], "batch": {"max_images": 100_000}}
    parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
    parts.deployments.register(PROJECT, "bench", utc_now())
    yield parts
    for each in list(parts.label_studio.projects_of("active-learning: ")):
        parts.label_studio.delete_project(each.id)  # the next ones begin with an empty one
    parts.close()


def _keep_frames(parts: Application, prefix: str, numbers: Iterable[int]) -> None:
    deployment = parts.deployments.of_project(PROJECT)[0]
    for number in numbers:
        parts.keeper.keep([offer_of(parts, deployment, f"{prefix}-{number}", photo(number))])


def offer_of(parts: Application, deployment: Deployment, event_id: str, image: bytes) -> Offer:
    """What is made of an event that is wanted, before it is kept."""
    event = PostedEvent(prediction=BODY, event_id=event_id)
    offer = parts.receiver.decide(deployment, event, utc_now(), file=image)
    if isinstance(offer, Answer):
        raise SystemExit(f"event {event_id} was turned away: {offer.reason}")
    return offer


def _rival(parts: Application) -> int:
    return parts.label_studio.create_project("rival", "", render(TASK, ["part"]))


def _one_by_one(parts: Application, project: int) -> int:
    """What a script does that follows the documentation: upload, find the task, add to it."""
    headers = {"Authorization": f"Token {TOKEN}"}
    with httpx.Client(base_url=parts.config.label_studio_url, headers=headers) as client:
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


def _tasks(parts: Application) -> list[dict[str, Any]]:
    """The tasks of frames that were imported, ready to be sent once more."""
    settings, tasks = parts.history.newest(PROJECT).settings, []
    for each in islice(cycle(list(parts.spool.imported(PROJECT))), FRAMES_IN_BULK):
        drawn = prediction_of(settings, each.frame, (1280, 720))
        tasks.append(task_of(settings, each.frame, f"/data/{each.frame.frame_id}.jpg", drawn))
    return tasks


def _bulk(tasks: list[dict[str, Any]], call: Callable[[list[dict[str, Any]]], object]) -> int:
    """The calls that an import makes in the end, with tasks that are ready: the least of all."""
    for start in range(0, len(tasks), UPLOADS_PER_CALL):
        call(tasks[start : start + UPLOADS_PER_CALL])
    return len(tasks)
