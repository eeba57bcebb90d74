"""Label Studio's projects: one per batch."""

from collections.abc import Iterator, Mapping
from typing import Any

from plugin.domain.errors import NotFoundError
from plugin.labelstudio.api.connection import Connection, translated
from plugin.labelstudio.instructions import shown_to_reviewers
from plugin.labelstudio.tabs import COLUMNS, FIELD, pattern_of
from plugin.labelstudio.values import ProjectCounts, ProjectState, filters

PROJECTS_PER_PAGE = 100


class Projects(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def create_project(self, title: str, origin: str, label_config: str) -> int:
        """Make a project and return its id; `origin` goes into its description."""
        with translated():
            project = self._client.projects.create(
                title=title, description=origin, label_config=label_config
            )
            return int(project.id)

    def find_project(self, title: str, origin: str) -> int | None:
        """The id of a project of ours, found by title and origin."""
        with translated():
            for project in self._client.projects.list(title=title):
                if project.description == origin:
                    return int(project.id)
        return None

    def project(self, project: int) -> ProjectState | None:
        """A project as Label Studio has it now; None when somebody deleted it."""
        try:
            with translated():
                found = self._client.projects.get(id=project)
        except NotFoundError:
            return None
        return ProjectState(
            project, found.title or "", found.description or "", found.label_config or ""
        )

    def projects_of(self, origin: str) -> Iterator[ProjectState]:
        """Yield the projects whose description begins with `origin`, without their configs."""
        with translated():
            found = self._client.projects.list(
                include="id,title,description", page_size=PROJECTS_PER_PAGE
            )
            for project in found:
                if (project.description or "").startswith(origin):
                    yield ProjectState(int(project.id), project.title or "", project.description)

    def delete_project(self, project: int) -> None:
        """Remove a project with everything in it; the doctor does so with its own."""
        with translated():
            self._client.projects.delete(id=project)

    def set_label_config(self, project: int, label_config: str) -> None:
        """Replace a project's labelling config."""
        with translated():
            self._client.projects.update(id=project, label_config=label_config)

    def set_instructions(self, project: int, instructions: str) -> None:
        """Show what a manager typed to reviewers before their first task; "" shows nothing."""
        shown = shown_to_reviewers(instructions)
        with translated():
            self._client.projects.update(
                id=project, expert_instruction=shown, show_instruction=bool(shown)
            )

    def counts(self, project: int) -> ProjectCounts:
        """How many tasks a project has, and how many of them are finished or skipped."""
        with translated():
            found = self._client.projects.get(id=project)
        return ProjectCounts(
            total=found.task_number or 0,
            finished=found.num_tasks_with_annotations or 0,
            skipped=found.skipped_annotations_number or 0,
        )

    def set_overlap(self, project: int, reviewers: int) -> None:
        """Say how many people are to review each task before Label Studio takes it for done."""
        with translated():
            self._client.projects.update(id=project, maximum_annotations=reviewers)

    def create_tab(self, project: int, title: str, reviewer: str, order: str) -> int:
        """Make a Data Manager tab with one reviewer's tasks (all, when ""), and return its id."""
        view = {
            "title": title, "type": "list", "target": "tasks", "ordering": [order], **COLUMNS,
        }  # fmt: skip
        if reviewer:
            view["filters"] = filters(FIELD, "regex", "String", pattern_of(reviewer))
        with translated():
            return int(self._client.views.create(project=project, data=view).id)

    def find_tab(self, project: int, reviewer: str, order: str) -> int | None:
        """The tab of one reviewer's tasks (of all, when "") in an order, where there is one."""
        wanted = pattern_of(reviewer) if reviewer else ""
        with translated():
            for view in self._client.views.list(project=project):
                if _shown(view.data or {}) == (wanted, order):
                    return int(view.id)
        return None


def _shown(data: Mapping[str, Any]) -> tuple[str, str]:
    """What a tab shows: the reviewer's pattern ("" without a filter), and the order."""
    items = (data.get("filters") or {}).get("items") or []
    order = (data.get("ordering") or [""])[0]
    return (str(items[0].get("value")) if items else ""), str(order)
