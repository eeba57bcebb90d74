"""Which model versions deployments post, so that it shows when a new model is in use."""

from collections.abc import Iterable
from dataclasses import dataclass

from plugin.clock import Clock
from plugin.domain.announcing import Announcement, ModelSeen, new_models
from plugin.stores.access.deployments import Deployments
from plugin.stores.measures.activity import OTHER, Activity


@dataclass(frozen=True)
class ModelVersions:
    """Looks at what deployments said of their models in the last 30 to 40 days."""

    deployments: Deployments
    activity: Activity
    clock: Clock

    def posted(self, project: str) -> dict[str, str]:
        """The model versions of a project, each with a deployment's name that posts it."""
        deployments = self.deployments.of_project(project)
        seen = self.activity.of(deployments, self.clock())
        found: dict[str, str] = {}
        for each in deployments:
            for version in seen[each.id].versions:
                found.setdefault(version, each.name)
        found.pop(OTHER, None)
        return found

    def known(self, project: str, before: Iterable[Announcement]) -> tuple[str, ...]:
        """Every version that is no new one: posted, registered, or known to announcements before.

        An emptied Redis has forgotten what was posted; announcements have not.
        """
        known = {*self.posted(project)}
        known |= {each.version for each in self.deployments.of_project(project)}
        for announcement in before:
            known |= {*announcement.models_before}
            known |= {announcement.seen.version} if announcement.seen else set()
        return tuple(sorted(known - {""}))

    def newly_posted(self, announcement: Announcement) -> ModelSeen | None:
        """The model that came in use since an announcement: the expected one, or any."""
        posted = self.posted(announcement.project)
        found = new_models(announcement.models_before, posted)
        if not found:
            return None
        version = announcement.expected if announcement.expected in found else found[0]
        return ModelSeen(version, posted[version], self.clock())
