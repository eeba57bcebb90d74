"""What the tests of progress share: colleagues who review in a real Label Studio."""

from collections.abc import Mapping, Sequence
from typing import Any

from plugin.bootstrap import Application
from plugin.demo.reviewers import sign_up
from plugin.domain.batching import Batch
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.integration.importing import add_project, keep_frames, shots


class Colleague:
    """Somebody with an account, who reviews as Label Studio's own pages do."""

    def __init__(self, admin: LabelStudioGateway, email: str) -> None:
        self.email = email
        token = sign_up(admin, email, "a-made-up-password")
        self.gateway = LabelStudioGateway(admin.base_url, token)

    def finish(self, task: int, seconds: float = 4.0) -> int:
        """Submit what the model predicted; the annotation's id."""
        result = self.gateway.task(task)["predictions"][0]["result"]
        self.gateway.annotate(task, result, seconds)
        return self.annotations(task)[-1]

    def skip(self, task: int, seconds: float = 1.0) -> None:
        """Submit that one cannot tell."""
        self.gateway.annotate(task, [], seconds, skip=True)

    def begin(self, task: int, annotation: int | None = None) -> None:
        """Draw something and leave the page: a draft."""
        path = f"api/tasks/{task}/annotations/{annotation}" if annotation else f"api/tasks/{task}"
        self.gateway._request("POST", f"{path}/drafts", json={"result": [], "lead_time": 2.5})

    def change(self, annotation: int, result: Sequence[Mapping[str, Any]]) -> None:
        """Change what was submitted."""
        body = {"result": list(result), "lead_time": 9.0}
        self.gateway._request("PATCH", f"api/annotations/{annotation}/", json=body)

    def delete(self, annotation: int) -> None:
        """Delete what was submitted."""
        self.gateway._request("DELETE", f"api/annotations/{annotation}/")

    def delete_task(self, task: int) -> None:
        """Remove an image from the batch."""
        self.gateway._request("DELETE", f"api/tasks/{task}/")

    def annotations(self, task: int) -> list[int]:
        """Ids of one's own annotations on a task, oldest first."""
        found = self.gateway.task(task)["annotations"]
        return sorted(each["id"] for each in found if self._is_mine(each))

    def _is_mine(self, annotation: Mapping[str, Any]) -> bool:
        by = annotation["completed_by"]
        return bool(by["email"] == self.email)


def imported_batch(parts: Application, project: str, count: int, **changes: Any) -> Batch:
    """A batch with so many images, just imported."""
    add_project(parts, project, **changes)
    keep_frames(parts, project, *shots(count))
    assert parts.importer.run(project) == count
    batch = parts.batches.of_project(project)[-1]
    parts.indexer.refresh(batch)
    return batch


def tasks_of(parts: Application, batch: Batch) -> list[int]:
    """Ids of a batch's tasks."""
    return [each.id for each in parts.batches.tasks(batch)]
