"""Who is assigned to tasks and belongs to projects: Enterprise only, Community answers 404."""

from collections.abc import Sequence

from plugin.labelstudio.api.connection import Connection, translated

MEMBERS_PER_PAGE = 1000

ANNOTATE = "AN"
"""The kind of assignment by which somebody labels; `RE` is that by which others check it."""


class Assignees(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def assign_tasks(self, project: int, tasks: Sequence[int], users: Sequence[int]) -> None:
        """Assign every one of the users to every one of the tasks, in one call."""
        with translated():
            self._client.projects.assignments.bulk_assign(
                id=project, type=ANNOTATE, users=list(users),
                selected_items={"all": False, "included": list(tasks)},
            )  # fmt: skip

    def unassign_tasks(self, project: int, tasks: Sequence[int]) -> None:
        """Take tasks from everybody who is assigned to them, in one call."""
        body = {"selectedItems": {"all": False, "included": list(tasks)}, "project": project}
        with translated():
            self._request(
                "POST", "api/dm/actions", json=body,
                params={"id": "delete_annotators", "project": project},
            )  # fmt: skip

    def show_assigned_only(self, project: int) -> None:
        """Have the label stream of a project give people what they are assigned to alone."""
        wanted = {"label_stream_task_distribution": "assigned_only"}
        with translated():
            self._client.projects.update(id=project, assignment_settings=wanted)

    def project_members(self, project: int) -> set[int]:
        """The ids of the users who belong to a project."""
        found: set[int] = set()
        with translated():
            # The SDK's own walk asks for the page after the last one too, which does not exist.
            page = self._client.projects.members.paginated.list(
                id=project, page_size=MEMBERS_PER_PAGE
            )
            found |= {int(member.id) for member in page.items}
            while page.response.next:
                page = page.get_next()
                found |= {int(member.id) for member in page.items}
        return found

    def add_to_project(self, project: int, user: int) -> None:
        """Let a user into a project."""
        with translated():
            self._client.projects.members.add(id=project, user=user)
