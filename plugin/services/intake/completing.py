"""Complete: the image of a frame that was kept before comes, or does not come in time."""

import logging
from dataclasses import dataclass
from datetime import datetime

from plugin.domain.deciding import Outcome
from plugin.domain.errors import ConflictError, GoneError, UnavailableError
from plugin.domain.frame import Frame, Reservation, described
from plugin.formats.predictions import expected_by
from plugin.images import ImageFacts
from plugin.queues import WorkQueue
from plugin.services.intake.cases import likeness
from plugin.services.intake.counting import late_stages
from plugin.services.intake.framing import Picture, fitted, picture_of, with_picture
from plugin.services.intake.receiving import Answer
from plugin.stores.candidates.admission import AdmissionControl, Grant
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Locks
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.histograms import Histograms
from plugin.stores.settings_history import SettingsHistory

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Completer:
    """Ends reservations: with an image, or by giving their budget back."""

    history: SettingsHistory
    admission: AdmissionControl
    reservations: Reservations
    spool: Spool
    queue: WorkQueue
    funnel: Funnel
    histograms: Histograms
    locks: Locks

    def complete(self, project: str, frame_id: str, image: bytes, now: datetime) -> Answer:
        """Store a frame whose image has come.

        Raises:
            ConflictError: it has its image already, or is getting it this moment.
            GoneError: its place is not held any more.
            InvalidInputError: the image is none, or not of this prediction; another may be tried.
            UnavailableError: it could not be made durable.
            RedisError: Redis does not answer.
        """
        with self.locks.hold(f"frame:{frame_id}") as lease:
            if lease is None:
                raise ConflictError("the image of this frame is being taken in this moment")
            if self.spool.contains(project, frame_id):
                raise ConflictError("this frame has its image already")
            reservation = self.reservations.find(project, frame_id)
            if reservation is None or now >= reservation.expires_at:
                raise GoneError("the place of this frame is not held any more: post it again")
            return self._complete(reservation, image, now)

    def expire(self, project: str, now: datetime) -> int:
        """Give back the budget of what did not get its image in time; how many there were."""
        overdue = [each for each in self.reservations.of_project(project) if now >= each.expires_at]
        return sum(self._expire(each, now) for each in overdue)

    def give_up(self, reservation: Reservation, error: str, now: datetime) -> None:
        """Note that the image of a frame cannot be had, and give its budget back."""
        with self.locks.hold(f"frame:{reservation.frame.frame_id}", wait=1.0) as lease:
            if lease is None:
                return  # somebody is completing it after all; else the next sweep comes here again
            self.spool.mark_missing(reservation.frame, error, now)
            self._end(reservation, Outcome.IMAGE_MISSING, now)

    def _complete(self, reservation: Reservation, image: bytes, now: datetime) -> Answer:
        frame = reservation.frame
        settings = self.history.current(frame.project).settings
        near = settings.near_duplicates is not None
        picture = picture_of(image, settings.image, with_look=near)
        frame = self._with_picture(frame, picture)
        if duplicate := self._duplicate(reservation, picture.facts, now):
            return duplicate
        try:
            self.spool.add(frame, picture.data)
        except OSError as error:
            raise UnavailableError("Store", error.strerror or str(error)) from error
        log.info("frame kept", extra=described(frame))
        self.reservations.remove(reservation)
        self.queue.wake(frame.project)
        self._count(frame, Outcome.KEPT, now)
        self.histograms.kept(frame.project, frame.prediction, now)
        return Answer(Outcome.KEPT, frame.frame_id, frame.rule, frame.reason)

    def _with_picture(self, frame: Frame, picture: Picture) -> Frame:
        decided_by = self.history.get(frame.project, frame.settings_version).settings
        prediction = fitted(frame.prediction, picture.facts, expected_by(decided_by))
        return with_picture(frame, picture, prediction)

    def _duplicate(
        self, reservation: Reservation, facts: ImageFacts, now: datetime
    ) -> Answer | None:
        """The answer where the image looks like one kept lately; its budget is given back."""
        if facts.look is None:
            return None
        frame = reservation.frame
        settings = self.history.current(frame.project).settings
        twin = self.admission.compare(settings, frame.frame_id, facts.look, now)
        if twin is None:
            return None
        self._end(reservation, Outcome.NEAR_DUPLICATE, now)
        return Answer(Outcome.NEAR_DUPLICATE, frame.frame_id, reason=likeness(twin))

    def _expire(self, overdue: Reservation, now: datetime) -> bool:
        frame = overdue.frame
        with self.locks.hold(f"frame:{frame.frame_id}") as lease:
            found = self.reservations.find(frame.project, frame.frame_id)
            if lease is None or found is None or now < found.expires_at:
                return False
            # A crash may have come between the spool and the end of the reservation.
            if self.spool.contains(frame.project, frame.frame_id):
                self.reservations.remove(found)
                return False
            self._end(found, Outcome.IMAGE_MISSING, now)
        log.info("image did not come", extra=described(frame))
        return True

    def _end(self, reservation: Reservation, outcome: Outcome, now: datetime) -> None:
        """End a reservation that comes to nothing: its budget goes back to its windows."""
        frame = reservation.frame
        settings = self.history.current(frame.project).settings
        grant = Grant(frame.frame_id, reservation.digest, frame.rule, frame.received_at)
        self.admission.release(settings, grant)
        self.reservations.remove(reservation)
        self._count(frame, outcome, now)

    def _count(self, frame: Frame, outcome: Outcome, now: datetime) -> None:
        self.funnel.count_all(frame.project, late_stages(outcome, frame.rule), now)
