"""Keep: of the events that the settings would keep, those that there is budget for are stored.

A group is asked for, stored and synced together: under load that is many times as fast.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from redis.exceptions import RedisError

from plugin.domain.errors import InvalidInputError, UnavailableError
from plugin.domain.frame import described
from plugin.queues import WorkQueue
from plugin.services.intake.cases import Case, Kept, case_of
from plugin.services.intake.counting import REPEATED, RESERVED, Tally
from plugin.services.intake.gates import Gate
from plugin.services.intake.receiving import Answer, Offer
from plugin.services.intake.reserving import Reserver
from plugin.stores.candidates.admission import AdmissionControl
from plugin.stores.frames.spool import Spool
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.histograms import Histograms

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Keeper:
    """The second station."""

    admission: AdmissionControl
    spool: Spool
    reserver: Reserver
    queue: WorkQueue
    funnel: Funnel
    histograms: Histograms

    def keep(self, offers: Sequence[Offer]) -> list[Kept]:
        """Keep what there is budget for; one answer or error per offer, in their order."""
        places: dict[Gate, list[int]] = {}
        for place, offer in enumerate(offers):
            places.setdefault(offer.gate, []).append(place)
        answers: dict[int, Kept] = {}
        for gate, group in places.items():
            answers.update(zip(group, self._keep(gate, [offers[n] for n in group]), strict=True))
        return [answers[place] for place in range(len(offers))]

    def _keep(self, gate: Gate, offers: Sequence[Offer]) -> list[Kept]:
        looked_at = [self._case(offer) for offer in offers]
        cases = [each for each in looked_at if isinstance(each, Case)]
        now = max(offer.now for offer in offers)
        if self._admit(gate, cases, now):
            taken = [case for case in cases if case.is_taken]
            self._store(gate, [case for case in taken if case.picture], now)
            self._reserve(gate, [case for case in taken if not case.picture], now)
            self._confirm(gate, [case for case in taken if isinstance(case.answer, Answer)], now)
            if any(case.picture for case in taken):
                self.queue.wake(gate.settings.project)
            self._count(gate, cases, now)
        return [each.answer if isinstance(each, Case) else each for each in looked_at]

    def _case(self, offer: Offer) -> Case | InvalidInputError:
        try:
            return case_of(offer, self.reserver.check_address)
        except InvalidInputError as error:
            return error

    def _admit(self, gate: Gate, cases: Sequence[Case], now: datetime) -> bool:
        """Ask for budget; False where nobody answers, and nothing was charged that we know of."""
        try:
            said = self.admission.admit_all(gate.settings, [each.candidate for each in cases], now)
        except (RedisError, UnavailableError) as error:
            log.warning("Redis: %s", error)
            for case in cases:
                case.answer = _unavailable(error)
            return False
        for case, admission in zip(cases, said, strict=True):
            case.settle(admission)
        return True

    def _store(self, gate: Gate, cases: Sequence[Case], now: datetime) -> None:
        """Store frames whose image is there.

        Also those known before: a crash may have come between the charge and the spool.
        """
        pictured = [(case.frame(now), case.picture.data) for case in cases if case.picture]
        if not pictured:
            return
        try:
            self.spool.add_all(pictured)
        except OSError as error:
            for case in cases:
                self._give_back(gate, case, now, error)
            return
        for frame, _ in pictured:
            log.info("frame kept", extra=described(frame))

    def _reserve(self, gate: Gate, cases: Sequence[Case], now: datetime) -> None:
        """Reserve for frames whose image is yet to come."""
        for case in cases:
            digest, address = case.candidate.digest, case.address
            try:
                upload = self.reserver.reserve(case.frame(now), digest, address, now)
            except OSError as error:
                self._give_back(gate, case, now, error)
                continue
            except (RedisError, UnavailableError) as error:
                case.answer = UnavailableError("reservation", str(error))
                continue
            if isinstance(case.answer, Answer):
                case.answer = msgspec.structs.replace(case.answer, upload=upload)

    def _give_back(self, gate: Gate, case: Case, granted_at: datetime, error: OSError) -> None:
        """Give the budget of what could not be stored back; it may be posted again."""
        case.answer = UnavailableError("Store", error.strerror or str(error))
        if case.admission.kind == "granted":
            try:
                self.admission.release(gate.settings, case.grant(granted_at))
            except RedisError as failure:
                log.warning("Redis: %s; the budget of a frame stays charged", failure)

    def _confirm(self, gate: Gate, cases: Sequence[Case], now: datetime) -> None:
        """Ask again for what is durable now: it is known, unless Redis was emptied in between.

        Redis was filled again with what the Store had then. Without these, they are charged once
        more where budget is left, else taken back. With these and with what was granted in their
        place, those that are too many are taken back.
        """
        if not cases:
            return
        try:
            said = self.admission.admit_all(gate.settings, [each.again for each in cases], now)
        except (RedisError, UnavailableError) as error:
            # Filled later than this, it finds them in the Store.
            log.warning("Redis: %s; kept frames will be counted when it is back", error)
            return
        for case, admission in zip(cases, said, strict=True):
            if admission.kind in {"near_duplicate", "full"}:
                self._take_back(gate, case)
                case.settle(admission)

    def _take_back(self, gate: Gate, case: Case) -> None:
        project, identifier = gate.settings.project, case.candidate.frame_id
        if case.picture:
            self.spool.drop_pending(project, identifier)
        elif reservation := self.reserver.reservations.find(project, identifier):
            self.reserver.reservations.remove(reservation)

    def _count(self, gate: Gate, cases: Sequence[Case], now: datetime) -> None:
        tally = Tally()
        for case in cases:
            if not isinstance(case.answer, Answer):
                continue
            if case.admission.kind == "known":
                tally.add(REPEATED)
            elif case.is_taken and not case.picture:
                tally.add(RESERVED)
            else:
                tally.add(case.answer.outcome, case.answer.rule)
                if case.is_taken:
                    self.histograms.kept(gate.settings.project, case.prediction, now)
        self.funnel.count_all(gate.settings.project, tally.stages(), now)


def _unavailable(error: RedisError | UnavailableError) -> UnavailableError:
    return error if isinstance(error, UnavailableError) else UnavailableError("Redis", str(error))
