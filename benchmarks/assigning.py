"""Calls to a real Label Studio that assigning takes: they grow with people, not with images."""

from collections.abc import Iterator

from benchmarks.into_label_studio import running
from benchmarks.table import Row
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo.reviewers import sign_up
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.labelstudio.label_configs import render
from plugin.stores.frames.batches import TaskRef

PROJECT = "assigning"
PEOPLE = tuple(f"reviewer-{number}@example.com" for number in range(5))
SMALL, LARGE = 100, 10_000
A_CALL = 1000  # tasks


def rows() -> Iterator[Row]:
    """Count the calls for both sizes, in a Label Studio of their own."""
    with running() as (_, environment):
        parts = Application(Config.model_validate(environment))
        for email in PEOPLE:
            sign_up(parts.label_studio, email, "bench-bench")
        settings = {"project": PROJECT, "classes": ["part"]}
        parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
        few, many = (_calls(parts, number) for number in (SMALL, LARGE))
        yield Row(
            f"assigning {LARGE:,} images to {len(PEOPLE)} people", many,
            f"{SMALL} images", few, "calls to Label Studio", "flat: 1 ×",
        )  # fmt: skip
        parts.close()


def _calls(parts: Application, images: int) -> int:
    """How many requests one assignment is, of all the images of a new batch."""
    batch = _batch(parts, images)
    asked: list[str] = []
    key = parts.config.label_studio_api_key.get_secret_value()
    counting = LabelStudioGateway(parts.config.label_studio_url, key, asked.append)
    counted = Application(parts.config)
    vars(counted)["label_studio"] = counting
    wishes = [Wish(email, images // len(PEOPLE)) for email in PEOPLE]
    counted.assigner.assign(batch, wishes, shuffle=True)
    counted.close()
    return len(asked)


def _batch(parts: Application, images: int) -> Batch:
    name = f"2026-01-{len(str(images)):02d}"
    studio = parts.label_studio
    number = studio.create_project(name, "", render(TaskType.OBJECT_DETECTION, ["part"]))
    batch = Batch(
        name=name, project=PROJECT, period=name, part=1, title=name, label_studio_id=number,
        created_at=utc_now(), size=images,
    )  # fmt: skip
    parts.batches.create(batch)
    for start in range(0, images, A_CALL):
        frames = [f"{n:032x}" for n in range(start, min(start + A_CALL, images))]
        ids = studio.import_tasks(number, [{"data": _data(each)} for each in frames])
        refs = [TaskRef(i, f, f, utc_now()) for i, f in zip(ids, frames, strict=True)]
        parts.batches.add_tasks(batch, tuple(refs))
    return batch


def _data(frame_id: str) -> dict[str, str]:
    return {"image": "/none.jpg", "frame_id": frame_id, "order": frame_id, "reviewer": ""}
