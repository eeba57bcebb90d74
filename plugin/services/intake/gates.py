"""A project's settings, ready to decide by: compiled once per version and kept."""

from dataclasses import dataclass, field

import msgspec

from plugin.domain.deciding import Decider
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats.native import PostedEvent
from plugin.formats.predictions import Expected, decode_prediction, expected_by
from plugin.stores.settings_history import SettingsHistory, SettingsVersion


class Gate:
    """What one version of the settings says of events. It makes no calls and is cheap to ask."""

    def __init__(self, version: SettingsVersion) -> None:
        self.version = version
        self.settings: ProjectSettings = version.settings
        self.expected: Expected = expected_by(version.settings)
        self.decider = Decider(version.settings)

    def prediction_of(self, event: PostedEvent) -> Prediction:
        """An event's prediction, decoded and checked.

        Raises:
            InvalidInputError: naming every field that is wrong.
        """
        prediction = decode_prediction(bytes(event.prediction), self.expected, event.format)
        if not event.model_version:
            return prediction
        return msgspec.structs.replace(prediction, model_version=event.model_version)


@dataclass(frozen=True)
class Gates:
    """The gates of all projects; settings that change take effect within a second or two."""

    history: SettingsHistory
    _gates: dict[str, Gate] = field(default_factory=dict)

    def of(self, project: str) -> Gate:
        """The gate of a project, by the settings in force.

        Raises:
            NotFoundError: there is no such project.
        """
        version = self.history.current(project)
        gate = self._gates.get(project)
        if gate is None or gate.version.version != version.version:
            gate = self._gates[project] = Gate(version)
        return gate
