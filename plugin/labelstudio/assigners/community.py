"""Community knows no assignment: a data field names the reviewers, and each has a tab of their own.

The tab shows those tasks whose field names them, in the order of their share.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.labelstudio.assigners import Beginning, Change, beginning_in_tab
from plugin.labelstudio.tabs import reviewers_text

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class CommunityAssigners:
    """Assignment by data field and tab."""

    label_studio: "LabelStudioGateway"

    def place(self, project: int, change: Change) -> None:
        """Write who has which task into the tasks, one call for each set of people."""
        if change.overlap > 1:
            # Else Label Studio takes a task for done when the first of them has reviewed it.
            self.label_studio.set_overlap(project, change.overlap)
        for people, tasks in change.groups():
            self.label_studio.set_field(project, tasks, "reviewer", reviewers_text(people))

    def beginning(self, project: int, reviewer: str, *, shuffled: bool) -> Beginning:
        """The reviewer's tab."""
        title = reviewer.partition("@")[0]
        return beginning_in_tab(self.label_studio, project, reviewer, title, shuffled=shuffled)
