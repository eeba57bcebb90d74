"""What must hold after every fault, counted: in Label Studio itself, and in its folder."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest

from tests.faults.rig import Rig
from tests.faults.stream import HEIGHT, WIDTH, Stream, boxes
from tests.label_studio_tasks import tasks_of


@dataclass(frozen=True)
class Findings:
    """Counts; all but the first three must be 0."""

    posted: int
    kept: int
    tasks: int
    unanswered: int
    doubled: int
    lost: int
    strangers: int
    wrong_boxes: int
    changed_answers: int
    over_cap: int
    orphan_files: int
    pending: int
    set_aside: int

    @property
    def faults(self) -> dict[str, int]:
        """What is wrong, by name."""
        counts = {each.name: getattr(self, each.name) for each in fields(self)[3:]}
        return {name: number for name, number in counts.items() if number}


def check(rig: Rig, stream: Stream, cap: int) -> Findings:
    """Compare what was answered with what is there."""
    app, project = rig.application, stream.project
    numbers = [batch.label_studio_id for batch in app.batches.of_project(project)]
    tasks = [task for number in numbers for task in tasks_of(app.config, number)]
    events = Counter(str(task["data"]["event_id"]) for task in tasks)
    return Findings(
        posted=len(stream.answers),
        kept=len(stream.kept),
        tasks=len(tasks),
        unanswered=stream.frames - len(stream.answers),
        doubled=sum(number - 1 for number in events.values()),
        lost=len(stream.kept - events.keys()),
        strangers=len(events.keys() - stream.kept),
        wrong_boxes=sum(not _is_as_posted(task) for task in tasks),
        changed_answers=len(stream.changed),
        over_cap=max(0, len(events) - cap),
        orphan_files=len(_files(rig, numbers) - {str(task["data"]["image"]) for task in tasks}),
        pending=len(app.spool.pending(project)) + len(begun_imports(rig, project)),
        set_aside=app.spool.count_failed(project),
    )


def begun_imports(rig: Rig, project: str) -> list[str]:
    """Notes of imports whose end nobody has seen yet."""
    return list(rig.application.store.keys(f"projects/{project}/importing/"))


def _files(rig: Rig, numbers: list[int]) -> set[str]:
    """Addresses of the images that lie in Label Studio's folders of these projects."""
    return {
        f"/data/upload/{number}/{file.name}"
        for number in numbers
        for file in (rig.media / str(number)).glob("*")
    }


def _is_as_posted(task: Mapping[str, Any]) -> bool:
    number = int(task["data"]["event_id"].removeprefix("shot-"))
    drawn = [region["value"] for each in task["predictions"] for region in each["result"]]
    expected = boxes(number)
    return len(drawn) == len(expected) and all(
        value["rectanglelabels"] == [posted["class"]] and _corners(value) == pytest.approx(
            posted["xyxy"], abs=0.01)
        for value, posted in zip(drawn, expected, strict=True)
    )  # fmt: skip


def _corners(value: Mapping[str, Any]) -> list[float]:
    left, top = value["x"] * WIDTH / 100, value["y"] * HEIGHT / 100
    return [left, top, left + value["width"] * WIDTH / 100, top + value["height"] * HEIGHT / 100]
