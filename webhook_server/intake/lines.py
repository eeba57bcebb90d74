"""NDJSON as it comes in: whole lines out of pieces that end anywhere."""

from collections.abc import Iterator


class Lines:
    """Cuts a stream into lines and holds no more of it than the last, unfinished one."""

    def __init__(self, at_most: int) -> None:
        """Begin with nothing; a line of more than `at_most` bytes comes out as None."""
        self._at_most = at_most
        self._parts: list[bytes] = []
        self._too_long = False
        self.held = 0
        """Bytes of the unfinished line that are kept."""

    def feed(self, piece: bytes) -> Iterator[bytes | None]:
        """Yield the lines that a piece completes, without their ends."""
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield self._end(line)
        self._keep(rest)

    def finish(self) -> Iterator[bytes | None]:
        """Yield the last line where it has no end."""
        if self._parts or self._too_long:
            yield self._end(b"")

    def _end(self, last: bytes) -> bytes | None:
        if not self._parts and not self._too_long:
            return last if len(last) <= self._at_most else None
        self._keep(last)
        line = None if self._too_long else b"".join(self._parts)
        self._parts, self._too_long, self.held = [], False, 0
        return line

    def _keep(self, part: bytes) -> None:
        if self._too_long or not part:
            return
        self._parts.append(part)
        self.held += len(part)
        if self.held > self._at_most:
            self._parts, self._too_long, self.held = [], True, 0
