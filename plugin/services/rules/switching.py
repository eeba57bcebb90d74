"""Switching on: settings come in force, and active learning only where a deployment was seen.

A project that is switched on before anything reaches it looks as if it worked. So it stays off
until a deployment of it has posted.
"""

from dataclasses import dataclass
from datetime import datetime

from plugin.domain.errors import FieldError, InvalidInputError, NotFoundError
from plugin.domain.settings import ProjectSettings
from plugin.stores.access.deployments import Deployments
from plugin.stores.settings_history import SettingsHistory, SettingsVersion

NAMED = 3
"""Deployments that a refusal names."""


@dataclass(frozen=True)
class Switching:
    """Every way in which settings come in force."""

    history: SettingsHistory
    deployments: Deployments

    def apply(
        self, settings: ProjectSettings, by: str, at: datetime, base: int | None = None
    ) -> SettingsVersion:
        """Put settings in force; where they do not say `enabled`, that stays as it is.

        A project that is new stays off. `base` is the version that the settings were made from, 0
        where there was none; None replaces any.

        Raises:
            InvalidInputError: they switch the project on, and no deployment of it was seen.
            ConflictError: somebody else has changed them since, or did at the same moment.
        """
        before = self._newest_or_none(settings.project)
        is_on = before is not None and before.settings.enabled
        if "enabled" not in settings.model_fields_set:
            settings = settings.model_copy(update={"enabled": is_on})
        elif settings.enabled and not is_on:
            self._require_seen(settings.project)
        if base is None:
            base = before.version if before else 0
        return self.history.add(settings, by, at, base)

    def enable(self, project: str, by: str, at: datetime) -> SettingsVersion:
        """Switch a project on.

        Raises:
            InvalidInputError: no deployment of it was seen.
            NotFoundError: there is no such project.
            ConflictError: somebody else changed its settings at the same moment.
        """
        if not self.history.newest(project).settings.enabled:
            self._require_seen(project)
        return self.history.switch(project, by, at, enabled=True)

    def disable(self, project: str, by: str, at: datetime) -> SettingsVersion:
        """Switch a project off.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: somebody else changed its settings at the same moment.
        """
        return self.history.switch(project, by, at, enabled=False)

    def roll_back(
        self, project: str, version: int, by: str, at: datetime, base: int | None = None
    ) -> SettingsVersion:
        """Put the settings of an earlier version in force, as a new version.

        `base` is the version that was in force when this was decided; None replaces any.

        Raises:
            InvalidInputError: they switch the project on, and no deployment of it was seen.
            NotFoundError: there is no such project, or no such version of its settings.
            ConflictError: somebody else has changed them since, or did at the same moment.
        """
        was_on = self.history.get(project, version).settings.enabled
        if was_on and not self.history.newest(project).settings.enabled:
            self._require_seen(project)
        return self.history.roll_back(project, version, by, at, base)

    def may_enable(self, project: str) -> bool:
        """Whether a deployment of the project was ever seen."""
        return any(map(self.deployments.first_seen, self.deployments.of_project(project)))

    def missing(self, project: str) -> str:
        """What is to be done before the project can be switched on; "" where nothing is."""
        return "" if self.may_enable(project) else self._next(project)

    def _require_seen(self, project: str) -> None:
        if missing := self.missing(project):
            expected = f"false until a deployment of {project!r} has posted; {missing}"
            raise InvalidInputError(FieldError("enabled", True, expected))  # noqa: FBT003  a value

    def _next(self, project: str) -> str:
        names = [each.name for each in self.deployments.of_project(project)]
        if not names:
            return f"register one with `lsal deployment create {project} NAME`"
        rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return f"nothing has come from {', '.join(names[:NAMED])}{rest} yet"

    def _newest_or_none(self, project: str) -> SettingsVersion | None:
        try:
            return self.history.newest(project)
        except NotFoundError:
            return None
