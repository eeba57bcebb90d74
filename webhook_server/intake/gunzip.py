"""Unpacking what comes compressed, a bounded piece at a time: a small body may hold a huge one."""

from collections.abc import Iterator
from typing import Any

from isal import isal_zlib

from webhook_server.replies import RefusedError

AT_ONCE = 1 << 18
"""Bytes of one piece at most."""

_GZIP = 31  # zlib's window bits for gzip and nothing else


class Gunzip:
    """Unpacks a gzip stream of one member or several."""

    def __init__(self) -> None:
        self._member: Any = None

    @property
    def is_whole(self) -> bool:
        """Whether it did not end in the middle."""
        return self._member is None

    def unpack(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds.

        Raises:
            RefusedError: 400, it is no gzip.
        """
        while chunk:
            self._member = self._member or isal_zlib.decompressobj(_GZIP)
            member, piece = self._member, self._decompress(chunk)
            # What does not fit into one piece is left in the tail, or inside where all was read.
            while piece and not member.eof:
                yield piece
                piece = self._decompress(member.unconsumed_tail)
            if piece:
                yield piece
            chunk = member.unused_data
            if member.eof:
                self._member = None

    def _decompress(self, chunk: bytes) -> bytes:
        try:
            piece: bytes = self._member.decompress(chunk, AT_ONCE)
        except isal_zlib.error as error:  # type: ignore[misc]  # a class, whatever its stub says
            said = f"Content-Encoding: no gzip ({error})"
            raise RefusedError(400, "Bad request", said) from None
        return piece
