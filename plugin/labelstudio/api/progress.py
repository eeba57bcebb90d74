"""How far a review is: counts, tasks that somebody touched, drafts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from plugin.domain.errors import NotFoundError
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.api.paging import Paging
from plugin.labelstudio.values import (
    TASKS_PER_PAGE,
    Draft,
    ReviewCounts,
    TaskState,
    filters,
    of_frames,
)

COUNTED_PER_CALL = 100  # projects: the most that Label Studio puts on a page
STATES_PER_PAGE = 100

_COUNTS = "id,task_number,total_annotations_number,skipped_annotations_number"
_EPOCH = datetime(1970, 1, 1)


class Progress(Paging):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def review_counts(self, projects: Sequence[int]) -> dict[int, ReviewCounts]:
        """What Label Studio counts in projects, by their ids; those that are gone are left out.

        One call for each hundred projects.
        """
        counts: dict[int, ReviewCounts] = {}
        for at in range(0, len(projects), COUNTED_PER_CALL):
            some = projects[at : at + COUNTED_PER_CALL]
            query = {
                "ids": ",".join(map(str, some)), "include": _COUNTS, "page_size": COUNTED_PER_CALL,
            }  # fmt: skip
            with translated():
                # The SDK's own method has no room for the id in its answer.
                found = self._request("GET", "api/projects/counts/", params=query)
            counts |= {each["id"]: _counts(each) for each in found["results"]}
        return counts

    def changed_tasks(self, project: int, since: datetime | None) -> Iterator[TaskState]:
        """Yield tasks changed after a time (all, when None), oldest change first.

        A draft is no change: Label Studio leaves the task's time as it is.
        """
        after = (since or _EPOCH).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        found = filters("filter:tasks:updated_at", "greater", "Datetime", after)
        return self._tasks(project, found, "tasks:updated_at")

    def annotated_tasks(self, project: int) -> Iterator[TaskState]:
        """Yield the tasks that somebody finished or skipped, by id."""
        items = [
            {"filter": f"filter:tasks:{field}", "operator": "greater", "type": "Number", "value": 0}
            for field in ("total_annotations", "cancelled_annotations")
        ]
        return self._tasks(project, {"conjunction": "or", "items": items}, "tasks:id")

    def tasks_showing(self, project: int, frame_ids: Sequence[str]) -> dict[str, list[TaskState]]:
        """Every task of these frames, by frame, oldest first; a call for each hundred tasks."""
        tasks: dict[str, list[TaskState]] = {}
        for task in self._tasks(project, of_frames(frame_ids), "tasks:id"):
            tasks.setdefault(str(task.data["frame_id"]), []).append(task)
        return tasks

    def drafted_tasks(self, project: int) -> list[int]:
        """Ids of the tasks on which anybody has a draft."""
        found = filters("filter:tasks:draft_exists", "equal", "Boolean", True)  # noqa: FBT003  a value
        options = {"fields": "task_only", "page_size": TASKS_PER_PAGE}
        return [int(task["id"]) for task in self._pages(project, found, "tasks:id", options)]

    def drafts(self, task: int) -> list[Draft]:
        """Everybody's drafts on a task; a list of tasks gives the asking user's alone.

        Empty where the task was removed just now, or the edition does not tell.
        """
        try:
            with translated():
                found = self._request("GET", f"api/tasks/{task}/drafts")
        except NotFoundError:
            return []
        return [_draft(each) for each in found]

    def _tasks(self, project: int, found: Mapping[str, Any], order: str) -> Iterator[TaskState]:
        options = {"fields": "all", "page_size": STATES_PER_PAGE}
        for task in self._pages(project, found, order, options):
            yield TaskState(
                id=int(task["id"]),
                data=task["data"],
                annotations=task["annotations"],
                updated_at=_time(task["updated_at"]),
            )


def _counts(said: Mapping[str, Any]) -> ReviewCounts:
    return ReviewCounts(
        said["task_number"] or 0,
        said["total_annotations_number"] or 0,
        said["skipped_annotations_number"] or 0,
    )


def _draft(said: Mapping[str, Any]) -> Draft:
    return Draft(
        str(said["user"]), _time(said["updated_at"]), said.get("lead_time"), said.get("annotation")
    )


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)
