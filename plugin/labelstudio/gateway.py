"""The only module that knows the Label Studio SDK.

The SDK repeats a failed request by itself, twice, also an import whose answer was lost; that would
double tasks. Here nothing is repeated: who calls knows what may be done again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.labelstudio.counting import CountingClient
from plugin.labelstudio.tabs import HIDDEN
from plugin.labelstudio.values import ProjectCounts, TaskState

TIMEOUT = 60.0  # seconds


class LabelStudioGateway:
    """What we ask of a Label Studio server, in our own words.

    Every method raises LabelStudioError when the server refuses, fails or does not answer.
    """

    def __init__(
        self, base_url: str, api_key: str, count: Callable[[str], None] = lambda _: None
    ) -> None:
        """Connect with a legacy or a personal access token; `count` is told how requests end."""
        self.base_url = base_url.rstrip("/")
        # Parts of the SDK are untyped; what comes back is converted by each method.
        self._client: Any = LabelStudio(  # type: ignore[no-untyped-call]
            base_url=self.base_url, api_key=api_key, timeout=TIMEOUT, max_retries=0,
            httpx_client=CountingClient(count, timeout=TIMEOUT, follow_redirects=True),
        )  # fmt: skip

    def close(self) -> None:
        """Close the connections to the server."""
        self._client._client_wrapper.httpx_client.httpx_client.close()

    def email(self) -> str:
        """The e-mail address of the user whose token this is."""
        with _translated():
            return str(self._client.users.whoami().email)

    def emails(self) -> dict[int, str]:
        """E-mail addresses of all users, by user id."""
        with _translated():
            return {user.id: user.email for user in self._client.users.list()}

    def invitation(self) -> str:
        """The path of the page on which new users sign up."""
        with _translated():
            return str(self._client.organizations.invites.get_invite_link().invite_url)

    def create_project(self, title: str, origin: str, label_config: str) -> int:
        """Make a project and return its id; `origin` goes into its description."""
        with _translated():
            project = self._client.projects.create(
                title=title, description=origin, label_config=label_config
            )
            return int(project.id)

    def find_project(self, title: str, origin: str) -> int | None:
        """The id of a project of ours, found by title and origin."""
        with _translated():
            for project in self._client.projects.list(title=title):
                if project.description == origin:
                    return int(project.id)
        return None

    def set_label_config(self, project: int, label_config: str) -> None:
        """Replace a project's labelling config."""
        with _translated():
            self._client.projects.update(id=project, label_config=label_config)

    def set_instructions(self, project: int, instructions: str) -> None:
        """Show these instructions (HTML) to reviewers before their first task; "" shows none."""
        with _translated():
            self._client.projects.update(
                id=project, expert_instruction=instructions, show_instruction=bool(instructions)
            )

    def counts(self, project: int) -> ProjectCounts:
        """How many tasks a project has, and how many of them are finished or skipped."""
        with _translated():
            found = self._client.projects.get(id=project)
        return ProjectCounts(
            total=found.task_number or 0,
            finished=found.num_tasks_with_annotations or 0,
            skipped=found.skipped_annotations_number or 0,
        )

    def upload(self, project: int, files: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
        """Store images without making tasks.

        Args:
            project: where they will be used.
            files: bytes and content type by file name; at most values.UPLOADS_PER_CALL.

        Returns:
            The address that a task's data may name, by file name.
        """
        parts = {name: (name, data, kind) for name, (data, kind) in files.items()}
        with _translated():
            answer = self._request(
                "POST", f"api/projects/{project}/import", files=parts,
                params={"commit_to_project": "false"},
            )  # fmt: skip
            ids = json.dumps(answer["file_upload_ids"])
            stored = self._client.files.list(id=project, ids=ids)
        # Label Studio keeps the name behind a random prefix: `upload/<project>/<8 hex>-<name>`.
        found = {path.rpartition("/")[2].partition("-")[2]: f"/data/{path}" for path in
                 (str(upload.file) for upload in stored)}  # fmt: skip
        missing = files.keys() - found.keys()
        if missing:
            raise LabelStudioError(0, f"did not store {len(missing)} of {len(files)} images")
        return found

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make tasks with their predictions in one call; ids in the order of the tasks."""
        with _translated():
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
        with _translated():
            tasks = self._client.tasks.list(project=project, query=query, fields="task_only")
            return {task.data["frame_id"]: int(task.id) for task in tasks}

    def changed_tasks(self, project: int, since: datetime | None) -> Iterator[TaskState]:
        """Yield tasks changed after a time (all, when None), oldest change first."""
        after = (since or datetime(1970, 1, 1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        query = _query("filter:tasks:updated_at", "greater", "Datetime", after, "tasks:updated_at")
        with _translated():
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
        with _translated():
            self._request(
                "POST", "api/dm/actions", json=body,
                params={"id": "add_data_field", "project": project},
            )  # fmt: skip

    def create_tab(self, project: int, title: str, reviewer: str, order: str) -> int:
        """Make a Data Manager tab with one reviewer's tasks (all, when ""), and return its id."""
        view = {
            "title": title, "type": "list", "target": "tasks", "ordering": [order],
            "hiddenColumns": {"explore": HIDDEN, "labeling": HIDDEN},
        }  # fmt: skip
        if reviewer:
            view["filters"] = _filters("filter:tasks:data.reviewer", "equal", "String", reviewer)
        with _translated():
            return int(self._client.views.create(project=project, data=view).id)

    def tasks_in_tab(self, project: int, tab: int) -> list[int]:
        """Ids of the tasks that a tab shows, in its order."""
        with _translated():
            tasks = self._client.tasks.list(project=project, view=tab, fields="task_only")
            return [int(task.id) for task in tasks]

    def annotate(
        self, task: int, result: Sequence[Mapping[str, Any]], seconds: float, *, skip: bool = False
    ) -> None:
        """Submit an annotation as the user whose token this is, or skip the task."""
        with _translated():
            self._client.annotations.create(
                id=task, result=list(result), lead_time=seconds, was_cancelled=skip
            )

    def task(self, task: int) -> Mapping[str, Any]:
        """One task with its predictions, as Label Studio has it."""
        with _translated():
            return dict(self._request("GET", f"api/tasks/{task}/"))

    def _request(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  JSON
        client = self._client._client_wrapper.httpx_client
        response = client.request(path, method=method, **options)
        if response.status_code >= 400:
            raise ApiError(status_code=response.status_code, body=response.text)
        return response.json()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except ApiError as error:
        if error.status_code == 404:
            raise NotFoundError("Label Studio object", _detail(error.body)) from error
        raise LabelStudioError(error.status_code or 0, _detail(error.body)) from error
    except httpx.HTTPError as error:
        raise LabelStudioError(0, f"does not answer ({type(error).__name__})") from error


def _detail(body: object) -> str:
    """What Label Studio says went wrong, without its HTML pages."""
    if isinstance(body, Mapping):
        said = body.get("validation_errors") or body.get("detail") or body
        return str(said)[:500]
    text = str(body)
    return "answered with a page" if text.lstrip().startswith("<") else text[:500]


def _time(value: datetime | str) -> datetime:
    """The SDK parses a task as whichever of its types fits, and times only in some of them."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _filters(field: str, operator: str, kind: str, value: str) -> dict[str, Any]:
    item = {"filter": field, "operator": operator, "type": kind, "value": value}
    return {"conjunction": "and", "items": [item]}


def _query(field: str, operator: str, kind: str, value: str, order: str = "tasks:id") -> str:
    return json.dumps({"filters": _filters(field, operator, kind, value), "ordering": [order]})
