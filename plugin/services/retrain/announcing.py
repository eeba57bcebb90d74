"""Delivering announcements: each until it was taken, or nobody wants it any more.

A try is noted before it is made. A webhook is posted again after a crash, under the same id, by
which its receiver knows it; a command is not run again unless somebody asks.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from plugin.clock import Clock
from plugin.domain.announcing import (
    Announcement,
    Channel,
    Delivery,
    begin,
    failed,
    interrupted,
    replayed,
    succeeded,
)
from plugin.domain.retrain_settings import RetrainSettings
from plugin.services.intake.model_versions import ModelVersions
from plugin.services.retrain.announcing_channels import AnnouncingChannel, Tried
from plugin.stores.locks import Lease
from plugin.stores.notices.announcements import Announcements
from plugin.stores.settings_history import SettingsHistory

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcer:
    """Sends what is open. Who calls holds the project's lock; `draw` gives numbers from 0 to 1."""

    history: SettingsHistory
    announcements: Announcements
    channels: Mapping[Channel, AnnouncingChannel]
    models: ModelVersions
    clock: Clock
    draw: Callable[[], float]

    def is_due(self, project: str) -> bool:
        """Whether something is to be tried now."""
        settings = self._settings(project)
        return any(
            each.outcome == "running" or self._is_due(announcement, each, settings)
            for announcement in self.announcements.open(project)
            for each in announcement.deliveries
        )

    def deliver(self, project: str, lease: Lease) -> int:
        """Try what is due, up to the first command, which may take long; how many were tried.

        Raises:
            ConflictError: the lock was lost.
        """
        tried, settings = 0, self._settings(project)
        for opened in self.announcements.open(project):
            announcement = self._settled(opened)
            for delivery in announcement.deliveries:
                if self._is_due(announcement, delivery, settings):
                    lease.renew()
                    announcement = self._try(announcement, delivery, settings)
                    tried += 1
                    if delivery.channel == "command":
                        return tried
        return tried

    def replay(self, announcement: Announcement) -> Announcement:
        """Have every delivery of an announcement tried again from the start."""
        again = tuple(map(replayed, announcement.deliveries))
        announcement = msgspec.structs.replace(announcement, deliveries=again)
        self.announcements.save(announcement)
        return announcement

    def new_model(self, project: str) -> Announcement | None:
        """The newest announcement with the model that a deployment posts since; None for none."""
        for newest in self.announcements.newest(project, 1):
            if newest.seen is None and newest.is_told:
                seen = self.models.newly_posted(newest)
                return msgspec.structs.replace(newest, seen=seen) if seen else None
        return None

    def note_model(self, project: str) -> None:
        """Note it when a deployment posts with a model that is new since the last announcement."""
        if found := self.new_model(project):
            self.announcements.save(found)

    def trouble(self, project: str, channel: Channel) -> str:
        """What has to be set up before a channel carries anything; "" for nothing."""
        return self.channels[channel].trouble(project, self._settings(project))

    def _settings(self, project: str) -> RetrainSettings:
        return self.history.newest(project).settings.retrain

    def _is_due(
        self, announcement: Announcement, delivery: Delivery, settings: RetrainSettings
    ) -> bool:
        channel = self.channels[delivery.channel]
        return delivery.is_due(self.clock()) and not channel.trouble(announcement.project, settings)

    def _try(
        self, announcement: Announcement, delivery: Delivery, settings: RetrainSettings
    ) -> Announcement:
        delivery = begin(delivery, self.clock(), self.draw())
        announcement = self._note(announcement, delivery)
        tried = self.channels[delivery.channel].send(announcement, settings)
        said = {"project": announcement.project, "version": announcement.version}
        if not tried.is_taken:
            log.warning("%s: %s", delivery.channel, tried.attempt.error, extra=said)
            after = failed(delivery, tried.attempt, tried.output, tried.asked)
            return self._note(announcement, after)
        log.info("training set announced", extra={**said, "channel": delivery.channel})
        return self._taken(announcement, delivery, tried)

    def _settled(self, announcement: Announcement) -> Announcement:
        """The announcement, with what a worker was at that died taken for interrupted."""
        for delivery in announcement.deliveries:
            if delivery.outcome == "running":
                return self._note(announcement, interrupted(delivery, self.clock()))
        return announcement

    def _taken(self, announcement: Announcement, delivery: Delivery, tried: Tried) -> Announcement:
        # What came in use before the receiver knew of this version was not made from it.
        announcement = msgspec.structs.replace(
            announcement,
            expected=tried.expected or announcement.expected,
            models_before=self.models.known(announcement.project, [announcement]),
        )
        return self._note(announcement, succeeded(delivery, tried.attempt, tried.output))

    def _note(self, announcement: Announcement, delivery: Delivery) -> Announcement:
        """The announcement with one delivery replaced; durable."""
        announcement = announcement.with_delivery(delivery)
        self.announcements.save(announcement)
        return announcement
