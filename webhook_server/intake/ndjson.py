"""Many events in one request, one a line: each is answered for itself, in its place."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from plugin.domain.deciding import Outcome
from plugin.domain.errors import InvalidInputError
from plugin.formats.native import decode_event
from plugin.services.intake.counting import Tally
from plugin.services.intake.receiving import Answer, Offer
from plugin.stores.access.deployments import Deployment
from webhook_server.intake.reception import Reception
from webhook_server.intake.requests import Request
from webhook_server.replies import problem, problem_of

_encode = msgspec.json.encode

TERSE = {outcome: _encode(Answer(outcome)) for outcome in Outcome}
"""What most lines are answered: an outcome and nothing else."""


@dataclass
class LineAnswers:
    """Answers the lines of one request, a group at a time."""

    reception: Reception
    request: Request
    deployment: Deployment
    explain: bool
    line: int = 0
    _versions: Counter[str] = field(default_factory=Counter)

    async def answer(self, lines: Iterable[bytes | None], now: datetime) -> list[bytes]:
        """Answer lines, each with a line; empty ones have no answer.

        Args:
            lines: without their ends; None for one that was too long.
            now: when they came.
        """
        answers: list[bytes] = []
        offers: list[tuple[int, int, Offer]] = []
        tally = Tally()
        for line in lines:
            self.line += 1
            if line is not None and (not line or line.isspace()):
                continue
            decided = self._decide(line, tally, now)
            if isinstance(decided, Offer):
                offers.append((len(answers), self.line, decided))
            answers.append(b"" if isinstance(decided, Offer) else decided)
        self._count(tally, now)
        kept = await self.reception.keep([offer for _, _, offer in offers])
        for (place, number, _), answer in zip(offers, kept, strict=True):
            if isinstance(answer, Answer):
                answers[place] = _encode(self.request.with_whole_address(answer))
            else:
                answers[place] = _encode(problem_of(answer, number))
        return answers

    def _decide(self, line: bytes | None, tally: Tally, now: datetime) -> bytes | Offer:
        if line is None:
            said = problem(413, "Content too large", "this line is too long", line=self.line)
            return _encode(said)
        try:
            event = decode_event(line)
            self._versions[event.model_version] += 1
            decided = self.reception.receiver.decide(
                self.deployment, event, now, explain=self.explain
            )
        except InvalidInputError as error:
            return _encode(problem_of(error, self.line))
        if isinstance(decided, Offer):
            return decided
        tally.add(decided.outcome)
        return _encode(decided) if self.explain else TERSE[decided.outcome]

    def _count(self, tally: Tally, now: datetime) -> None:
        """What was turned away; what is kept is counted where it is kept."""
        self.reception.funnel.count_all(self.deployment.project, tally.stages(), now)
        for version, number in self._versions.items():
            self.reception.activity.saw(self.deployment, version, number, now)
        self._versions.clear()
