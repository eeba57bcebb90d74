"""The first project and what posts to it: made once, however often it is asked for.

Settings and deployments go the ways of `lsal project apply` and `lsal deployment create`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from plugin.domain.errors import NotFoundError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.services.rules.switching import Switching
from plugin.settings_file import check_settings
from plugin.stores.access.deployments import Deployment, Deployments
from plugin.stores.frames.colours import ClassColours
from plugin.stores.settings_history import SettingsVersion

BEGINNING: Mapping[str, Any] = {
    "limits": {"per_minute": 10, "per_hour": 100, "per_day": 500},
    "rules": [
        {
            "name": "unsure", "when": {"confidence": {"at_least": "20%", "below": "60%"}},
            "tags": ["unsure"], "priority": 1,
        },
        {"name": "sample", "sampling_rate": "1%", "tags": ["sample"]},
    ],
}  # fmt: skip
"""What a new project begins with: what the model is unsure of, and some of all it sees, in numbers
that a person can review."""


@dataclass(frozen=True)
class FirstProject:
    """What a project is about; `shades` are colours (`#rrggbb`) that people know its names by."""

    name: str
    task_type: TaskType
    classes: Sequence[str]
    keypoints: Sequence[str] = ()
    shades: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> ProjectSettings:
        """The settings that it begins with.

        Raises:
            InvalidInputError: naming everything that cannot be used.
        """
        tree: dict[str, Any] = {
            "project": self.name, "task_type": self.task_type.value,
            "classes": list(self.classes), **BEGINNING,
        }  # fmt: skip
        if self.keypoints:
            tree["keypoints"] = list(self.keypoints)
        return check_settings(tree)


@dataclass(frozen=True)
class SettingUp:
    """Makes what is not there yet, and leaves what is there as it is."""

    switching: Switching
    colours: ClassColours

    @property
    def deployments(self) -> Deployments:
        """Who may post."""
        return self.switching.deployments

    def make(self, project: FirstProject, by: str, at: datetime) -> SettingsVersion:
        """Make a project, which is off until a deployment of it has posted.

        Raises:
            InvalidInputError: naming everything that cannot be used.
            ConflictError: somebody else made one of this name at the same moment.
        """
        settings = project.settings()
        self.colours.adopt(project.name, project.shades)
        return self.switching.apply(settings, by, at, base=0)

    def register(self, project: str, name: str, at: datetime) -> tuple[Deployment, str]:
        """A deployment, and its key where it is new; "" where it was registered before.

        Raises:
            InvalidInputError: the name cannot be used.
            ConflictError: there are several of this name, or somebody else made one just now.
        """
        try:
            return self.deployments.find(project, name), ""
        except NotFoundError:
            return self.deployments.register(project, name, at)
