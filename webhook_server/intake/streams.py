"""A stream of events: read, decided and answered piece by piece, for as long as it comes."""

import asyncio
import logging
from dataclasses import dataclass, field

import msgspec
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from plugin.stores.access.deployments import Deployment
from webhook_server.intake.bodies import Body
from webhook_server.intake.lines import Lines
from webhook_server.intake.ndjson import LineAnswers
from webhook_server.intake.reception import Reception
from webhook_server.intake.requests import Request, Stream
from webhook_server.replies import NDJSON, RefusedError, problem_of

log = logging.getLogger(__name__)

LINES_AT_ONCE = 500
"""Lines that are answered together at most, however short they are."""

SEND_TIMEOUT = 60.0
"""Seconds that a client may take to read a piece of its answers."""


@dataclass
class EventStream:
    """One request with many events; its answer begins with the first of them."""

    reception: Reception
    request: Request
    deployment: Deployment
    max_line: int
    _answer: Stream | None = field(default=None)

    async def run(self, body: Body) -> None:
        """Answer all that comes in.

        Raises:
            ActiveLearningError: it is refused before the first answer was sent.
        """
        lines = Lines(self.max_line)
        explain = self.request.flag("explain")
        answers = LineAnswers(self.reception, self.request, self.deployment, explain)
        try:
            async for piece in body.stream():
                whole = list(lines.feed(piece))
                body.hold(lines.held)
                for at in range(0, len(whole), LINES_AT_ONCE):
                    await self._say(answers, whole[at : at + LINES_AT_ONCE])
                    await asyncio.sleep(0)  # a piece that was packed may hold 100,000 lines
            await self._say(answers, list(lines.finish()))
        except RefusedError as error:
            if self._answer is None:
                raise
            await self._send(msgspec.json.encode(problem_of(error, answers.line + 1)) + b"\n")
        except (TimeoutError, ProtocolClosed):
            log.info(
                "a client does not read its answers", extra={"project": self.deployment.project}
            )
            return
        if self._answer is None:
            self.request.exchange.response_bytes(200, NDJSON, b"")

    async def _say(self, answers: LineAnswers, lines: list[bytes | None]) -> None:
        if not lines:
            return
        while wait := self.reception.rates.overdrawn(self.deployment.id, len(lines)):
            await asyncio.sleep(wait)  # what the client sends meanwhile waits in its own buffers
        said = await answers.answer(lines, self.reception.clock())
        if said:
            await self._send(b"\n".join(said) + b"\n")

    async def _send(self, data: bytes) -> None:
        if self._answer is None:
            self._answer = self.request.exchange.response_stream(200, NDJSON)
        async with asyncio.timeout(SEND_TIMEOUT):
            await self._answer.send_bytes(data)
