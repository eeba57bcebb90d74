"""The retrain trigger: a version is made when one is due, and whoever trains is told of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from plugin.domain.announcing import Announcement
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from plugin.queues import RETRAIN, WorkQueue
from plugin.services.retrain.announcing import Announcer
from plugin.services.retrain.making import VersionMaker, deliveries_for
from plugin.stores.locks import Lease, Locks
from plugin.stores.notices.announcements import Announcements
from plugin.stores.settings_history import SettingsHistory

PATIENCE = 5.0
"""Seconds for which somebody waits until nothing is made or delivered."""

BUSY = "a version is being made or announced at this moment; try again when it is done"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retrainer:
    """Makes versions and has them announced: one worker a project at a time."""

    history: SettingsHistory
    announcements: Announcements
    maker: VersionMaker
    announcer: Announcer
    locks: Locks
    queue: WorkQueue

    def has_work(self, project: str) -> bool:
        """Whether a run would do something now."""
        return bool(
            self.announcements.begun(project)
            or self.announcer.is_due(project)
            or self.announcer.new_model(project)
            or self.maker.reason(project)
        )

    def run(self, project: str) -> int:
        """Make the version that is due, or else announce what is due; how much was done.

        What is left is asked for anew, so that no run is long.

        Raises:
            ConflictError: the lock was lost; somebody else goes on.
        """
        self.queue.accept(project, RETRAIN)
        with self.locks.hold_renewed(_lock(project)) as lease:
            if lease is None:
                return 0  # whoever holds it is at it
            done = self._make(project) or self.announcer.deliver(project, lease)
            self.announcer.note_model(project)
        if done and self.announcer.is_due(project):
            self.queue.request(project, RETRAIN)
        return done

    def ask(self, project: str, by: str) -> None:
        """Have the newest version made and announced soon; one announced before is not again.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: a version is being made or announced at this moment.
        """
        with self._held(project):
            self.maker.begin_asked(project, by)
        self.queue.wake(project, RETRAIN)

    def make_now(self, project: str, by: str) -> Announcement | None:
        """Make the newest version and announce it; None where it was announced before.

        Raises:
            NotFoundError: there is no such project.
            InvalidInputError: it cannot be made.
            ConflictError: a version is being made or announced at this moment.
            UnavailableError: it cannot be made now.
        """
        with self._held(project) as lease:
            begun = self.maker.begin_asked(project, by)
            try:
                announcement = self.maker.make(project, begun)
            except (InvalidInputError, ConflictError, UnavailableError):
                self.announcements.end_begun(project)  # who asked is told
                raise
            self.announcer.deliver(project, lease)
        return announcement and self.announcements.get(project, announcement.version)

    def replay(self, project: str, version: int) -> Announcement:
        """Have a version announced again, under the same id, to whom the settings name now.

        Raises:
            NotFoundError: it was not announced.
            InvalidInputError: there is nobody to announce it to.
            ConflictError: a version is being made or announced at this moment.
        """
        with self._held(project):
            found = self.announcements.get(project, version)
            deliveries = deliveries_for(self.history.newest(project).settings.retrain, found)
            if not deliveries:
                expected = "a webhook or a command, to announce a version to"
                raise InvalidInputError(FieldError("retrain", "neither", expected))
            found = self.announcer.replay(msgspec.structs.replace(found, deliveries=deliveries))
        self.queue.wake(project, RETRAIN)
        return found

    def _make(self, project: str) -> int:
        """Make the version that is due; how many were made: one or none."""
        begun = self.maker.begin(project)
        if begun is None:
            return 0
        try:
            return int(self.maker.make(project, begun) is not None)
        except (InvalidInputError, ConflictError, UnavailableError) as error:
            log.warning("no version is made: %s", error, extra={"project": project})
            self.maker.note_failure(project, begun, error)
            return 0

    @contextmanager
    def _held(self, project: str) -> Iterator[Lease]:
        with self.locks.hold_renewed(_lock(project), PATIENCE) as lease:
            if lease is None:
                raise ConflictError(BUSY)
            yield lease


def _lock(project: str) -> str:
    return f"retrain:{project}"
