"""Which adapter a server needs: asked once, remembered while its address stays the same."""

from dataclasses import dataclass, field
from threading import Lock
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
    _found: list[Assigners] = field(default_factory=list, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def place(self, project: int, change: Change) -> None:
        """Tell Label Studio who has which task."""
        self._adapter().place(project, change)

    def beginning(self, project: int, reviewer: str, *, shuffled: bool) -> Beginning:
        """Where a reviewer of a project begins, made where it is not there yet."""
        return self._adapter().beginning(project, reviewer, shuffled=shuffled)

    def _adapter(self) -> Assigners:
        with self._lock:
            if not self._found:
                is_enterprise = self.label_studio.is_enterprise()
                kind = EnterpriseAssigners if is_enterprise else CommunityAssigners
                self._found.append(kind(self.label_studio))
            return self._found[0]
