"""What must hold when all has come to rest, counted in Label Studio itself and in the Store."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from benchmarks.soak import events
from benchmarks.soak.events import PROJECT
from benchmarks.soak.installation import Installation
from benchmarks.soak.messages import Ended
from benchmarks.soak.results import Verdict
from benchmarks.soak.reviewing import Reviewer
from plugin.queue_state import queue_state
from tests.label_studio_tasks import tasks_of

REST = 600.0
"""Seconds until everything must have come to rest."""

BUSY = ("frames/pending", "frames/awaiting", "importing")
"""Where the Store has what is on its way."""

FINISHED = {"accepted", "corrected", "done before"}


def comes_to_rest(installation: Installation, seconds: float = REST) -> float | None:
    """Wait until no frame waits any more; the seconds that it took, None where it did not."""
    app, begun = installation.application, time.monotonic()
    while time.monotonic() < begun + seconds:
        installation.processes.check()
        if not any(any(app.store.keys(f"projects/{PROJECT}/{place}/")) for place in BUSY):
            return time.monotonic() - begun
        time.sleep(0.5)
    return None


@dataclass
class Tasks:
    """What Label Studio has: event ids, images, tasks with finished annotations, wrong boxes."""

    events: Counter[str] = field(default_factory=Counter)
    images: set[str] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    wrong: int = 0
    files: int = 0

    @classmethod
    def read(cls, installation: Installation) -> "Tasks":
        """Read all of it, past our own gateway."""
        found = cls()
        for batch in installation.application.batches.of_project(PROJECT):
            for task in tasks_of(installation.application.config, batch.label_studio_id):
                found._add(task)
            folder = installation.media / str(batch.label_studio_id)
            found.files += sum(1 for _ in folder.glob("*"))
        return found

    def _add(self, task: Mapping[str, Any]) -> None:
        self.events[str(task["data"]["event_id"])] += 1
        self.images.add(str(task["data"]["image"]))
        self.wrong += not is_as_posted(task)
        if any(not each["was_cancelled"] for each in task["annotations"]):
            self.finished.add(int(task["id"]))


def is_as_posted(task: Mapping[str, Any]) -> bool:
    """Whether a task's boxes are those of its event: classes, and corners within 0.05 pixels."""
    number = events.number_of(str(task["data"]["event_id"]))
    size = events.drawn(number).size
    shown = [region["value"] for each in task["predictions"] for region in each["result"]]
    expected = events.boxes(number)
    return len(shown) == len(expected) and all(
        value["rectanglelabels"] == [posted["class"]]
        and all(
            isclose(ours, theirs, abs_tol=0.05)
            for ours, theirs in zip(posted["xyxy"], _corners(value, size), strict=True)
        )
        for value, posted in zip(shown, expected, strict=True)
    )


def _corners(value: Mapping[str, float], size: tuple[int, int]) -> list[float]:
    width, height = size[0] / 100, size[1] / 100
    left, top = value["x"] * width, value["y"] * height
    return [left, top, left + value["width"] * width, top + value["height"] * height]


def nothing_is_lost(installation: Installation, ended: Ended, tasks: Tasks) -> list[Verdict]:
    """Every event that was answered as kept is one task, as it was posted."""
    kept = {events.event_id(number) for number in ended.kept}
    unsure = {events.event_id(number) for number in ended.unanswered}
    total = tasks.events.total()
    app = installation.application
    return [
        Verdict("kept frames that are tasks", f"{total:,} of {len(kept):,}", "all, once each",
                total == len(kept) and tasks.events.keys() == kept),
        none("kept frames without a task", len(kept - tasks.events.keys())),
        none("tasks too many", total - len(tasks.events)),
        none("tasks of no kept event", len(tasks.events.keys() - kept - unsure)),
        none("tasks whose boxes are not those posted", tasks.wrong),
        none("images in Label Studio that no task shows", tasks.files - len(tasks.images)),
        none("frames set aside", app.spool.count_failed(PROJECT)),
        none("jobs that failed", len(queue_state(app.queue_redis).failed)),
        none("events without an answer", len(ended.unanswered)),
        none("answers that no such event should get", len(ended.surprises)),
    ]  # fmt: skip


def caps_hold(installation: Installation, version: int, per_minute: int) -> Verdict:
    """No minute has more spots than its cap, counted by when they came in."""
    minutes = Counter(
        f"{each.frame.received_at:%d %H:%M}"
        for each in installation.application.spool.imported(PROJECT)
        if each.frame.rule == "spot" and each.frame.settings_version >= version
    )
    most = max(minutes.values(), default=0)
    full = sum(number == per_minute for number in minutes.values())
    found = f"at most {most} a minute; {full} of {len(minutes)} minutes were full"
    return Verdict("frames of the capped rule", found, f"≤ {per_minute}", most <= per_minute)


def reviews_agree(
    installation: Installation, reviewers: list[Reviewer], tasks: Tasks
) -> list[Verdict]:
    """What people finished is what Label Studio, the Store and the training set have."""
    app = installation.application
    version = app.training_sets.newest(PROJECT)
    finished = {
        task for each in reviewers for task, did in each.done.items() if did in FINISHED
    }  # fmt: skip
    collected = {review.task_id for review in app.reviews.of_project(PROJECT)}
    trained = version.images + version.problems if version else 0
    failed = sum(len(each.failed) for each in reviewers)
    return [
        _same("finished reviews in Label Studio", tasks.finished, finished),
        _same("finished reviews collected", collected, finished),
        Verdict("images in the training set", f"{trained:,} of {len(finished):,}", "all",
                trained == len(finished)),
        none("images that a reviewer could not submit", failed),
    ]  # fmt: skip


def _same(what: str, found: set[int], expected: set[int]) -> Verdict:
    said = f"{len(found & expected):,} of {len(expected):,}"
    others = len(found - expected)
    return Verdict(what, f"{said}, {others} others" if others else said, "all", found == expected)


def none(what: str, number: int) -> Verdict:
    """Something of which there must be none."""
    return Verdict(what, f"{number:,}", "0", number == 0)
