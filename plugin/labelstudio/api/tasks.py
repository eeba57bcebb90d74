"""Label Studio's tasks, and the annotations on them."""

from bisect import insort
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from plugin.domain.errors import LabelStudioError
from plugin.domain.frame import is_frame_id
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.api.paging import Paging
from plugin.labelstudio.values import TASKS_PER_PAGE, of_frames

_JSON = {"Content-Type": "application/json"}


class Tasks(Paging):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make tasks with their predictions in one call; ids in the order of the tasks."""
        # The SDK's own method takes as long to write a hundred tasks as the server to make them.
        with translated():
            answer = self._request(
                "POST", f"api/projects/{project}/import", content=msgspec.json.encode(tasks),
                headers=_JSON, params={"return_task_ids": "true"},
            )  # fmt: skip
        ids = list(answer["task_ids"]) if isinstance(answer, dict) and "task_ids" in answer else []
        if len(ids) != len(tasks):
            raise LabelStudioError(0, f"made {len(ids)} tasks of {len(tasks)}")
        drawn = {made: task["predictions"][0] for made, task in zip(ids, tasks, strict=True)
                 if task.get("predictions")}  # fmt: skip
        if answer.get("prediction_count", 0) < len(drawn):
            # On SQLite it tries once more when its database was locked, and then makes the tasks
            # alone: `create` has popped the predictions (tasks/serializers.py).
            self.import_predictions(project, self._lacking(project, drawn, tasks))
        return ids

    def _lacking(
        self,
        project: int,
        drawn: Mapping[int, Mapping[str, Any]],
        tasks: Sequence[Mapping[str, Any]],
    ) -> dict[int, Mapping[str, Any]]:
        """Those of the predictions, by task, whose task has none."""
        bare = self.bare_tasks(project, [task["data"]["frame_id"] for task in tasks]).values()
        return {task: drawn[task] for task in bare if task in drawn}

    def import_predictions(self, project: int, drawn: Mapping[int, Mapping[str, Any]]) -> None:
        """Give tasks a prediction each, by the tasks' ids, in one call; none for none."""
        if not drawn:
            return
        content = msgspec.json.encode([{**each, "task": task} for task, each in drawn.items()])
        path = f"api/projects/{project}/import/predictions"
        with translated():
            self._request("POST", path, content=content, headers=_JSON)

    def bare_tasks(self, project: int, frame_ids: Sequence[str]) -> dict[str, int]:
        """Those of these frames whose task has no prediction: task id by frame id."""
        found = of_frames(frame_ids)
        found["items"].append(
            {
                "filter": "filter:tasks:total_predictions",
                "operator": "equal",
                "type": "Number",
                "value": 0,
            }
        )
        options = {"fields": "task_only", "page_size": TASKS_PER_PAGE}
        tasks = self._pages(project, found, "tasks:id", options)
        return {task["data"]["frame_id"]: int(task["id"]) for task in tasks}

    def tasks_of_frames(self, project: int, frame_ids: Sequence[str]) -> dict[str, int]:
        """Which of these frames are tasks already: task id by frame id, of two the older one."""
        options = {"fields": "task_only", "page_size": TASKS_PER_PAGE}
        tasks = list(self._pages(project, of_frames(frame_ids), "tasks:id", options))
        return {task["data"]["frame_id"]: int(task["id"]) for task in reversed(tasks)}

    def frames_of(self, project: int) -> dict[str, list[int]]:
        """Every frame that is a task of a project: the ids of its tasks by frame id, sorted.

        One task a frame is the rule; a call that was done late may have made a second one.
        """
        found: dict[str, list[int]] = {}
        with translated():
            tasks = self._client.tasks.list(
                project=project, fields="task_only", page_size=TASKS_PER_PAGE
            )
            for task in tasks:
                frame_id = str(task.data.get("frame_id", ""))
                if is_frame_id(frame_id):
                    insort(found.setdefault(frame_id, []), int(task.id))
        return found

    def images_of(self, project: int) -> set[str]:
        """The addresses of all images that the tasks of a project name."""
        with translated():
            tasks = self._client.tasks.list(
                project=project, fields="task_only", page_size=TASKS_PER_PAGE, resolve_uri=False
            )
            return {str(task.data["image"]) for task in tasks if "image" in task.data}

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

    def remove_task(self, task: int) -> None:
        """Remove a task with all that is on it."""
        with translated():
            self._request("DELETE", f"api/tasks/{task}/")

    def task(self, task: int) -> Mapping[str, Any]:
        """One task with its predictions, as Label Studio has it."""
        with translated():
            return dict(self._request("GET", f"api/tasks/{task}/"))
