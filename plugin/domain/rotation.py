"""Which batches Label Studio is asked about next: never all of them, and none forgotten."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MOST = 60
"""Batches that are looked at in one run."""

MOST_QUIET = 15
"""Of them, those in which nothing is known to happen; so many have their turn in any case."""

BUSY_EVERY = timedelta(seconds=50)
QUIET_EVERY = timedelta(minutes=4)
"""How long after a look the next one is due: where people are at work, and elsewhere."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Watched(NamedTuple):
    """A batch, when it was looked at last (None: never), and what speaks for looking at it again.

    `moved`: Label Studio counts something else in it than at the last look, or it was not looked
    at yet. `busy`: people are at work on it.
    """

    project: str
    name: str
    looked_at: datetime | None
    moved: bool
    busy: bool

    @property
    def last(self) -> datetime:
        """When it was looked at last, long ago where never."""
        return self.looked_at or _NEVER


def due(batches: Iterable[Watched], now: datetime) -> list[Watched]:
    """Those to look at now: moved ones first, then busy ones, then the others; oldest look first.

    What is left over is due at the next run, and older then.
    """
    known = sorted(batches, key=lambda each: each.last)
    moved = [each for each in known if each.moved]
    busy = [each for each in _waiting(known, now, BUSY_EVERY) if each.busy]
    quiet = [each for each in _waiting(known, now, QUIET_EVERY) if not each.busy]
    turn = quiet[:MOST_QUIET]
    return [*[*moved, *busy][: MOST - len(turn)], *turn]


def next_slice(ids: Sequence[int], start: int, most: int) -> list[int]:
    """The next `most` of the ids from a place on, going around; each at most once."""
    place = start % len(ids) if ids else 0
    return [*ids[place:], *ids[:place]][:most]


def _waiting(batches: Iterable[Watched], now: datetime, every: timedelta) -> list[Watched]:
    # A clock that was set back must not put off the next look for long.
    return [each for each in batches if not each.moved and abs(now - each.last) >= every]
