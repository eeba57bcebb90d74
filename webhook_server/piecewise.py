"""An answer that is made while it is sent, at the pace of whoever reads it."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from webhook_server.intake.requests import Exchange
from webhook_server.replies import Headers

log = logging.getLogger(__name__)

AT_ONCE = 1 << 20
SEND_TIMEOUT = 120.0
"""Bytes that are sent at once, and the seconds that a client may take to read them."""


@dataclass(frozen=True)
class Pieces:
    """Such an answer; `body` is closed when its client has it, or has gone."""

    status: int
    headers: Headers
    body: Iterable[bytes]

    async def send(self, exchange: Exchange) -> None:
        """Send all of it. Only a piece is in memory; a thread is taken while one is made.

        An answer that fails half way just ends: its status was sent long ago. What is downloaded
        so must show by itself whether it is whole, as a ZIP archive does, whose end is its index.
        """
        stream, pieces = exchange.response_stream(self.status, self.headers), iter(self.body)
        try:
            while (piece := await asyncio.to_thread(_next, pieces)) is not None:
                for start in range(0, len(piece), AT_ONCE):
                    async with asyncio.timeout(SEND_TIMEOUT):
                        await stream.send_bytes(piece[start : start + AT_ONCE])
        except (TimeoutError, ProtocolClosed):
            log.info("a client did not read an answer to its end")
        except Exception:
            log.exception("an answer failed half way")
        finally:
            await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Let go of what it is made of."""
        close = getattr(self.body, "close", None)
        if close is not None:
            close()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
