"""Replay: what settings would have done with events of the past, by the events' own clocks.

It decides and counts as the server does, and keeps no frame: no Redis, no Label Studio, no Store.
Images are not looked at, so near-duplicates pass.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec

from plugin.domain.budget import Admitted, Budget
from plugin.domain.deciding import Decider, Outcome, Verdict
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError
from plugin.domain.frame import frame_id
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats.event_ids import event_id_of
from plugin.formats.native import PostedEvent
from plugin.formats.predictions import decode_prediction, expected_by
from plugin.formats.reading import UNREADABLE

# Days are counted in time zones, which end with the calendar.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)

MAX_HOURS = 10_000
"""Hours that are counted one by one (over a year of them); events of others share a row."""

OTHER_HOURS = -1

MAX_SAID = 300
"""Characters of a decoder's complaint: it repeats the name of a field, however long."""


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What became of an event: `matched` are all rules that matched, `rule` the one charged."""

    event_id: str
    outcome: Outcome
    matched: list[str]
    rule: str = ""
    reason: str = ""


class BadLine(msgspec.Struct, frozen=True, gc=False):
    """A line that is no event of this project, counted from 1."""

    line: int
    error: str


class Replayed(NamedTuple):
    """An answer, and what the counts need to know on top: the time, the cap that was full."""

    answer: Decision | BadLine
    at: datetime | None = None
    full: str = ""
    repeated: bool = False


_events = msgspec.json.Decoder(PostedEvent)


class Replay:
    """One run of events through one version of the settings."""

    def __init__(
        self, settings: ProjectSettings, format_name: str = "", *, explain: bool = True
    ) -> None:
        """Begin with empty caps.

        Args:
            settings: what is tried.
            format_name: of the predictions, where an event does not name its own.
            explain: whether to give reasons, which takes about as long as everything else.
        """
        self._project = settings.project
        self._expected = expected_by(settings)
        self._decider = Decider(settings)
        self._budget = Budget(settings)
        self._format = format_name
        self._explain = explain
        self._clock: datetime | None = None

    def answers(self, lines: Iterable[bytes]) -> Iterator[Replayed]:
        """Answer each line of NDJSON, one at a time; empty lines are passed over."""
        for number, line in enumerate(lines, start=1):
            if not line or line.isspace():
                continue
            try:
                yield self._answer(line)
            except (InvalidInputError, ConflictError) as error:
                yield Replayed(BadLine(number, str(error)))

    def _answer(self, line: bytes) -> Replayed:
        event = _decode(line)
        now = self._now(event.timestamp)
        event_id = event_id_of(event)
        if not self._decider.samples(event_id):
            reason = self._decider.explain_sampling(event_id) if self._explain else ""
            return Replayed(Decision(event_id, Outcome.NOT_SAMPLED, [], reason=reason), now)
        body = bytes(event.prediction)
        prediction = decode_prediction(body, self._expected, event.format or self._format)
        verdict = self._decider.decide(event_id, prediction)
        if verdict.refused is not None:
            return Replayed(self._decision(event_id, prediction, verdict), now)
        digest, identifier = sha256(body).hexdigest(), frame_id(self._project, event_id)
        admitted = self._budget.admit(identifier, digest, verdict.matched, now)
        if admitted.kind == "conflict":
            raise ConflictError(f"event {event_id!r} came before with other content")
        decision = self._decision(event_id, prediction, verdict, admitted)
        return Replayed(decision, now, admitted.full, admitted.kind == "known")

    def _now(self, timestamp: datetime | None) -> datetime:
        """The event's time, or else that of the event before."""
        if timestamp is not None and not EARLIEST <= timestamp < LATEST:
            expected = f"from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"
            raise InvalidInputError(FieldError("timestamp", timestamp.isoformat(), expected))
        self._clock = timestamp or self._clock
        if self._clock is None:
            expected = "the time of the event, as none came before it"
            raise InvalidInputError(FieldError("timestamp", None, expected))
        return self._clock

    def _decision(
        self,
        event_id: str,
        prediction: Prediction,
        verdict: Verdict,
        admitted: Admitted | None = None,
    ) -> Decision:
        outcome, rule, full = verdict.refused or Outcome.KEPT, "", ""
        if admitted is not None:
            rule, full = admitted.rule, admitted.full
        reason = self._decider.explain(event_id, prediction) if self._explain else ""
        if full:
            outcome, reason = Outcome.CAP_REACHED, f"{full} is reached; {reason}"
        matched = [each.name for each in verdict.matched]
        return Decision(event_id, outcome, matched, rule, reason)


def _decode(line: bytes) -> PostedEvent:
    try:
        event = _events.decode(line)
    except UNREADABLE as error:
        said = str(error)[:MAX_SAID]
        raise InvalidInputError(FieldError("event", None, f"JSON of an event ({said})")) from None
    return event


class Tally:
    """What a replay adds up to: the funnel, and how it went per rule and per hour."""

    def __init__(self) -> None:
        self.funnel: Counter[str] = Counter()
        self.full: Counter[str] = Counter()
        self.matched: Counter[str] = Counter()
        self.charged: Counter[str] = Counter()
        self.received: Counter[int] = Counter()
        self.kept: Counter[int] = Counter()
        self.bad = 0

    def add(self, replayed: Replayed) -> None:
        """Count one answer; as on the server, what comes again counts as received alone."""
        answer, at = replayed.answer, replayed.at
        if isinstance(answer, BadLine) or at is None:
            self.bad += 1
            return
        hour = self._hour(at)
        self.received[hour] += 1
        self.funnel["received"] += 1
        if replayed.repeated:
            self.funnel["repeated"] += 1
            return
        self.funnel[answer.outcome] += 1
        self.matched.update(answer.matched)
        if replayed.full:
            self.full[replayed.full] += 1
        if answer.outcome is Outcome.KEPT:
            self.kept[hour] += 1
            self.charged[answer.rule] += 1

    def passed(self, *refused: Outcome) -> int:
        """How many events came further than these outcomes."""
        stopped = sum(self.funnel[outcome] for outcome in refused)
        return self.funnel["received"] - self.funnel["repeated"] - stopped

    def _hour(self, at: datetime) -> int:
        """The hour (UTC) in Unix seconds."""
        hour = int(at.timestamp()) // 3600 * 3600
        known = hour in self.received or len(self.received) < MAX_HOURS
        return hour if known else OTHER_HOURS
