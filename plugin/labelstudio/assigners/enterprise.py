"""Enterprise knows assignments: people see the tasks that they are assigned to, and no others.

Written against the shapes that label-studio-sdk 2.1.2 publishes (`projects.assignments`,
`projects.members`, `projects.update`, `actions`), as no server of this edition can run here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.labelstudio.assigners import Beginning, Change, beginning_in_tab, parts_of

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class EnterpriseAssigners:
    """Assignment by Label Studio's own."""

    label_studio: "LabelStudioGateway"

    def place(self, project: int, change: Change) -> None:
        """Assign tasks, one call for each set of people.

        The published API adds assignees in bulk and removes only all of a task's at once: so what
        somebody lost is taken from all, and then given to those who have it.
        """
        users = {member.email: user for user, member in self.label_studio.members().items()}
        self.label_studio.show_assigned_only(project)
        if change.overlap > 1:
            self.label_studio.set_overlap(project, change.overlap)
        held = {email for people in change.holders.values() for email in people}
        self._let_in(project, {users[email] for email in held if email in users})
        for tasks in parts_of(sorted(change.lost)):
            self.label_studio.unassign_tasks(project, tasks)
        for people, tasks in change.groups():
            # Who has left keeps what they finished, and cannot be assigned to it any more.
            assignees = [users[email] for email in people if email in users]
            if assignees:
                self.label_studio.assign_tasks(project, tasks, assignees)

    def beginning(self, project: int, reviewer: str, *, shuffled: bool) -> Beginning:  # noqa: ARG002  the same for all
        """The tab of this order: everybody finds their own tasks in it."""
        title = "Shuffled" if shuffled else "By priority"
        return beginning_in_tab(self.label_studio, project, "", title, shuffled=shuffled)

    def _let_in(self, project: int, users: Iterable[int]) -> None:
        """Only members of a project can be assigned its tasks."""
        members = self.label_studio.project_members(project)
        for user in sorted(set(users) - members):
            self.label_studio.add_to_project(project, user)
