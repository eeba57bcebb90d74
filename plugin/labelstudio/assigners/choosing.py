"""Which adapter a server needs: asked once, remembered while its address stays the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.labelstudio.assigners import Assigners, Beginning, Change
from plugin.labelstudio.assigners.community import CommunityAssigners
from plugin.labelstudio.assigners.enterprise import EnterpriseAssigners

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class AssignersByEdition:
    """The adapter of the edition that the server says it is."""

    label_studio: "LabelStudioGateway"

    def place(self, project: int, change: Change) -> None:
        """Tell Label Studio who has which task."""
        self._adapter.place(project, change)

    def beginning(self, project: int, reviewer: str, *, shuffled: bool) -> Beginning:
        """Where a reviewer of a project begins, made where it is not there yet."""
        return self._adapter.beginning(project, reviewer, shuffled=shuffled)

    @cached_property
    def _adapter(self) -> Assigners:
        kind = EnterpriseAssigners if self.label_studio.is_enterprise() else CommunityAssigners
        return kind(self.label_studio)
