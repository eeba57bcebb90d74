"""Label Studio's tasks, and the annotations on them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from plugin.domain.errors import LabelStudioError
from plugin.labelstudio.api.connection import Connection, translated
from plugin.labelstudio.values import TaskState, filters

TASKS_PER_PAGE = 1000  # of those that are asked for their data alone


class Tasks(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make tasks with their predictions in one call; ids in the order of the tasks."""
        with translated():
            answer = self._client.projects.import_tasks(
                id=project, request=list(tasks), return_task_ids=True
            )
        ids = list(answer.task_ids or ())
        if len(ids) != len(tasks):
            raise LabelStudioError(0, f"made {len(ids)} tasks of {len(tasks)}")
        return ids

    def tasks_of_frames(self, project: int, frame_ids: Sequence[str]) -> dict[str, int]:
        """Which of these frames are tasks already: task id by frame id."""
        pattern = f"^({'|'.join(frame_ids)})$"
        query = _query("filter:tasks:data.frame_id", "regex", "String", pattern)
        with translated():
            tasks = self._client.tasks.list(project=project, query=query, fields="task_only")
            return {task.data["frame_id"]: int(task.id) for task in tasks}

    def frames_of(self, project: int) -> dict[str, int]:
        """Every frame that is a task of a project: task id by frame id."""
        with translated():
            tasks = self._client.tasks.list(
                project=project, fields="task_only", page_size=TASKS_PER_PAGE
            )
            return {
                task.data["frame_id"]: int(task.id) for task in tasks if "frame_id" in task.data
            }

    def images_of(self, project: int) -> set[str]:
        """The addresses of all images that the tasks of a project name."""
        with translated():
            tasks = self._client.tasks.list(
                project=project, fields="task_only", page_size=TASKS_PER_PAGE, resolve_uri=False
            )
            return {str(task.data["image"]) for task in tasks if "image" in task.data}

    def changed_tasks(self, project: int, since: datetime | None) -> Iterator[TaskState]:
        """Yield tasks changed after a time (all, when None), oldest change first."""
        after = (since or datetime(1970, 1, 1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        query = _query("filter:tasks:updated_at", "greater", "Datetime", after, "tasks:updated_at")
        with translated():
            for task in self._client.tasks.list(
                project=project, query=query, fields="all", page_size=100
            ):
                yield TaskState(
                    id=int(task.id),
                    data=task.data,
                    annotations=[dict(each) for each in task.annotations or ()],
                    updated_at=_time(task.updated_at),
                )

    def set_field(self, project: int, tasks: Sequence[int], name: str, value: str) -> None:
        """Set one data field of many tasks in one call."""
        # The action is hidden as experimental, and the SDK's method has no room for its values.
        body = {
            "selectedItems": {"all": False, "included": list(tasks)}, "project": project,
            "value_name": name, "value_type": "String", "value": value,
        }  # fmt: skip
        with translated():
            self._request(
                "POST", "api/dm/actions", json=body,
                params={"id": "add_data_field", "project": project},
            )  # fmt: skip

    def tasks_in_tab(self, project: int, tab: int) -> list[int]:
        """Ids of the tasks that a tab shows, in its order."""
        with translated():
            tasks = self._client.tasks.list(project=project, view=tab, fields="task_only")
            return [int(task.id) for task in tasks]

    def annotate(
        self, task: int, result: Sequence[Mapping[str, Any]], seconds: float, *, skip: bool = False
    ) -> None:
        """Submit an annotation as the user whose token this is, or skip the task."""
        with translated():
            self._client.annotations.create(
                id=task, result=list(result), lead_time=seconds, was_cancelled=skip
            )

    def task(self, task: int) -> Mapping[str, Any]:
        """One task with its predictions, as Label Studio has it."""
        with translated():
            return dict(self._request("GET", f"api/tasks/{task}/"))


def _time(value: datetime | str) -> datetime:
    """The SDK parses a task as whichever of its types fits, and times only in some of them."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _query(field: str, operator: str, kind: str, value: str, order: str = "tasks:id") -> str:
    return json.dumps({"filters": filters(field, operator, kind, value), "ordering": [order]})
