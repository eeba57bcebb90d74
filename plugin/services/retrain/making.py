"""Making versions of training sets: when one is due, and as a note of what is to be announced.

That a version is about to be made is noted first, and forgotten once its announcement is durable.
So a crash in between announces it at the next run, and no version is announced twice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from plugin.clock import Clock
from plugin.domain.announcing import Announcement, Begun, Channel, Delivery
from plugin.domain.retrain_settings import RetrainSettings
from plugin.domain.retraining import News, reason_for
from plugin.services.intake.model_versions import ModelVersions
from plugin.services.training_sets.building import Builder
from plugin.stores.frames.batch_index import BatchIndex
from plugin.stores.notices.announcements import Announcements
from plugin.stores.settings_history import SettingsHistory
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Version

EVENT = "training_set.ready"
TRIGGER = "retrain trigger"
"""Who makes a version that nobody asked for."""


@dataclass(frozen=True)
class VersionMaker:
    """Makes versions; who calls holds the project's lock. `address` says where a set lies."""

    history: SettingsHistory
    training_sets: TrainingSets
    builder: Builder
    index: BatchIndex
    announcements: Announcements
    models: ModelVersions
    address: Callable[[str], str]
    clock: Clock

    def begin(self, project: str) -> Begun | None:
        """What was begun and not finished, or what is due now, noted; None where nothing is."""
        begun = self.announcements.begun(project)
        reason = "" if begun else self.reason(project)
        if begun or not reason:
            return begun
        return self._noted(project, Begun(reason, self.clock(), TRIGGER, self._newest(project)))

    def begin_asked(self, project: str, by: str) -> Begun:
        """Note that somebody wants the newest version announced, whether or not it is new.

        Raises:
            NotFoundError: there is no such project.
        """
        self.history.newest(project)
        base, reason = self._newest(project), f"Asked for by {by}"
        return self._noted(project, Begun(reason, self.clock(), by, base, is_wanted=True))

    def make(self, project: str, begun: Begun) -> Announcement | None:
        """Make a version and note its announcement; None where there is nothing to announce.

        Raises:
            InvalidInputError, ConflictError, UnavailableError: it cannot be made, or not now; it is
                begun still.
        """
        version = self.builder.build(project, begun.by)
        announcement = self._announcement(project, begun, version)
        # Where somebody saved what was so already, there is no new version.
        is_news = version.version > begun.base or begun.is_wanted
        is_noted = is_news and self.announcements.add(announcement)
        self.announcements.end_begun(project)
        return announcement if is_noted else None

    def note_failure(self, project: str, begun: Begun, error: Exception) -> None:
        """Note why a version could not be made; it is tried again."""
        if begun.error != str(error):
            self._noted(project, msgspec.structs.replace(begun, error=str(error)))

    def reason(self, project: str) -> str:
        """Why a version is due, in words; "" where none is."""
        settings = self.history.newest(project).settings
        if not settings.retrain.is_triggered:
            return ""
        now = self.clock()
        newest = self.training_sets.newest(project)
        since = newest.created_at if newest else self.announcements.since(project, now)
        waiting = self.builder.waiting_behind(project, newest)
        completed = frozenset(each for each in waiting.batches if self._is_completed(project, each))
        news = News(waiting.images, since, completed)
        return reason_for(settings.retrain, news, now, settings.batch.timezone)

    def _is_completed(self, project: str, batch: str) -> bool:
        found = self.index.get(project, batch)
        return found is not None and found.status == "Completed"

    def _newest(self, project: str) -> int:
        newest = self.training_sets.newest(project)
        return newest.version if newest else 0

    def _noted(self, project: str, begun: Begun) -> Begun:
        self.announcements.save_begun(project, begun)
        return begun

    def _announcement(self, project: str, begun: Begun, version: Version) -> Announcement:
        settings = self.history.newest(project).settings.retrain
        return Announcement(
            project=project,
            version=version.version,
            reason=begun.reason,
            at=self.clock(),
            body=_body(project, begun, version, self.address(project)),
            deliveries=deliveries_for(settings),
            models_before=self.models.known(project, self.announcements.newest(project, 1)),
        )


def deliveries_for(
    settings: RetrainSettings, before: Announcement | None = None
) -> tuple[Delivery, ...]:
    """One delivery for every channel that the settings ask for, with what is known of it."""
    wanted: dict[Channel, bool] = {"webhook": bool(settings.webhook), "command": settings.command}
    known = {each.channel: each for each in (before.deliveries if before else ())}
    return tuple(
        known.get(channel, Delivery(channel)) for channel, is_wanted in wanted.items() if is_wanted
    )


def _body(project: str, begun: Begun, version: Version, address: str) -> str:
    """What is said of a version, in the form that https://www.standardwebhooks.com advises."""
    data = {
        "project": project,
        "version": version.version,
        "parent": version.parent,
        "reason": begun.reason,
        "task_type": version.task_type,
        "images": version.images,
        "annotations": version.annotations,
        "classes": version.classes,
        "per_split": version.per_split,
        "changes": version.changes,
        "problems": version.problems,
        "address": address,
    }
    said = {"type": EVENT, "timestamp": version.created_at, "data": data}
    return msgspec.json.encode(said).decode()
