"""Reading what a client sends: bounded in size, in time and in memory, whatever it claims."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, Self

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from webhook_server.intake.gunzip import Gunzip
from webhook_server.intake.patience import Patience
from webhook_server.replies import RefusedError

BODY_TIMEOUT = 120.0
"""Seconds in which a body must be there as a whole."""

SMALL = 1 << 16
"""Bytes up to which a body takes no room worth counting."""

AT_ONCE = 1 << 20
"""Bytes up to which an announced body is read at once, its room taken before it comes."""

SILENCE_TIMEOUT = 60.0
"""Seconds for which a stream may be silent."""

DRAIN_TIMEOUT = 5.0
DRAIN_AT_MOST = 100_000_000
"""Seconds, and bytes, of a refused body that are read and thrown away."""

_SOON = ("retry-after", "1")


class Chunks(Protocol):
    """What granian's RSGI protocol is while a body is read."""

    async def __call__(self) -> bytes:
        """All of it at once."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunk by chunk; an empty one is the end."""


class Room:
    """The memory that bodies of all requests of a process may take together."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, number: int) -> None:
        """Take some bytes; a negative number gives them back.

        Raises:
            RefusedError: 503, there is no room for them now.
        """
        if number > max(0, self._left):
            raise RefusedError(503, "Overloaded", "too much is being received right now", _SOON)
        self._left -= number


@dataclass(frozen=True)
class Whole:
    """A body that was read already, as a body again."""

    data: bytes

    async def __call__(self) -> bytes:
        """All of it at once."""
        return self.data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """All of it as one chunk."""
        yield self.data


@dataclass(frozen=True)
class Bounds:
    """What the bodies of all requests of a process share: memory and patience."""

    room: Room
    patience: Patience


async def drain(chunks: AsyncIterator[bytes], bounds: Bounds) -> None:
    """Read what is left of a refused body, within reason: who still sends hears no answer."""
    try:
        await bounds.patience.wait(_throw_away(chunks), DRAIN_TIMEOUT, "")
    except RefusedError:
        return  # whoever sends so slowly goes without


async def _throw_away(chunks: AsyncIterator[bytes]) -> None:
    left = DRAIN_AT_MOST
    while left >= 0 and (chunk := await anext(chunks, b"")):
        left -= len(chunk)


class Body:
    """The body of one request."""

    def __init__(self, chunks: Chunks, length: str | None, encoding: str, bounds: Bounds) -> None:
        """Begin to read.

        Args:
            chunks: where it comes from.
            length: the header Content-Length, where there is one.
            encoding: the header Content-Encoding.
            bounds: of the process.

        Raises:
            RefusedError: 415, we do not know the encoding.
        """
        if encoding not in {"", "identity", "gzip"}:
            raise RefusedError(415, "Unsupported media type", "Content-Encoding: expected gzip")
        self._source = chunks
        self._chunks: AsyncIterator[bytes] | None = None
        self._announced = int(length) if length else None
        self._gunzip = Gunzip() if encoding == "gzip" else None
        self._bounds = bounds
        self._held = 0
        self._received = 0
        self.is_read = False
        """Whether nothing of it is left to be read."""

    async def read(self, at_most: int) -> bytes:
        """Read all of it, `at_most` bytes.

        Raises:
            RefusedError: 413, 408, 400 or 503.
        """
        announced = self._announced
        if announced is not None and announced > at_most:
            raise _too_large(at_most)
        if announced is not None and announced <= AT_ONCE and self._gunzip is None:
            if announced > SMALL:
                self.hold(announced)
            self.is_read = True
            reading = self._source()  # as nearly every event comes
        else:
            reading = self._read(at_most)
        try:
            data = await self._bounds.patience.wait(reading, BODY_TIMEOUT, "the body took too long")
        except ProtocolClosed:
            self.is_read = True
            raise RefusedError(400, "Bad request", "the client hung up") from None
        if self._gunzip is None:
            self._check_length(len(data))
        return data

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield what comes in, piece by piece, for as long as it comes.

        Raises:
            RefusedError: 408 or 400.
        """
        pieces, wait = self._pieces(), self._bounds.patience.wait
        while True:
            coming = anext(pieces, b"")
            piece = await wait(coming, SILENCE_TIMEOUT, "the stream fell silent")
            if not piece:
                return
            yield piece
            await asyncio.sleep(0)  # others have their turn, however much comes in here

    def rest(self) -> AsyncIterator[bytes]:
        """What was not read yet, as it comes over the wire."""
        if self._chunks is None:
            self._chunks = aiter(self._source)  # granian lets nobody begin a second time
        return self._chunks

    def hold(self, number: int) -> None:
        """Say how many bytes of it are kept in memory now.

        Raises:
            RefusedError: 503, there is no room for them.
        """
        self._bounds.room.take(number - self._held)
        self._held = number

    def __enter__(self) -> Self:
        """Begin; at the end the memory is given back."""
        return self

    def __exit__(self, *_: object) -> None:
        """The body is not needed any more."""
        if self._held:
            self.hold(0)

    async def _read(self, at_most: int) -> bytes:
        parts, size = [], 0
        async for piece in self._pieces():
            size += len(piece)
            if size > at_most:
                raise _too_large(at_most)
            self.hold(size)
            parts.append(piece)
        return b"".join(parts)

    async def _pieces(self) -> AsyncIterator[bytes]:
        while chunk := await anext(self.rest(), b""):
            self._received += len(chunk)
            if self._gunzip is None:
                yield chunk
                continue
            for piece in self._gunzip.unpack(chunk):
                yield piece
        self.is_read = True
        self._check_length(self._received)
        if self._gunzip is not None and not self._gunzip.is_whole:
            raise RefusedError(400, "Bad request", "Content-Encoding: the gzip stream is cut short")

    def _check_length(self, received: int) -> None:
        if self._announced is not None and received < self._announced:
            said = f"{received} bytes came of {self._announced}"
            raise RefusedError(400, "Bad request", f"Content-Length: {said}")


def _too_large(at_most: int) -> RefusedError:
    return RefusedError(413, "Content too large", f"expected at most {at_most} bytes")
