"""What was turned away or lost at the edge, as counts per hour, until the server has them.

Counts gather in cells; what is to be sent is frozen into a report first. A report keeps its id
until it is taken, so an answer that was lost makes nothing count twice.
"""

from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from uuid import uuid4

import msgspec

from plugin.edge.files import write_file
from plugin.formats.reading import UNREADABLE

HOUR = 3600
MAX_CELLS = 5000
"""Cells in memory: (model version, hour, outcome); beyond them counts join one that is there."""

_Cell = tuple[str, int, str]


class Count(msgspec.Struct, frozen=True):
    """So many events of one hour had this outcome."""

    hour: datetime
    outcome: str
    number: int


class Report(msgspec.Struct, frozen=True):
    """Counts of one model version and day, as they are posted."""

    report_id: str
    model_version: str
    counts: list[Count]


class _Saved(msgspec.Struct):
    frozen: list[Report] = []
    gathering: list[Report] = []


class Counts:
    """Counting is for any thread; the rest is the background thread's."""

    def __init__(self, file: Path) -> None:
        """Go on with what an earlier run left in the file."""
        self._file = file
        self._cells: dict[_Cell, int] = {}
        self._frozen: list[Report] = []
        self._lock = Lock()
        self._has_changed = False
        self.adopt(file)

    def add(self, outcome: str, model_version: str, now: float, number: int = 1) -> None:
        """Count events; `now` in seconds of the epoch."""
        cell = (model_version, int(now // HOUR), outcome)
        with self._lock:
            if cell not in self._cells and len(self._cells) >= MAX_CELLS:
                cell = self._standing_in(cell)
            self._cells[cell] = self._cells.get(cell, 0) + number
            self._has_changed = True

    def adopt(self, file: Path) -> None:
        """Take over what another run, that has ended, left in its file."""
        try:
            saved = msgspec.json.decode(file.read_bytes(), type=_Saved)
        except (FileNotFoundError, *UNREADABLE):
            return  # a power cut may have left half of it; there is nothing to be had from that
        self._frozen += saved.frozen
        for report in saved.gathering:
            for count in report.counts:
                now = count.hour.timestamp()
                self.add(count.outcome, report.model_version, now, count.number)

    @property
    def is_empty(self) -> bool:
        """Whether the server knows everything."""
        return not self._cells and not self._frozen

    def to_send(self) -> list[Report]:
        """Reports that are not taken yet; where there are none, new ones of all that gathered."""
        if not self._frozen:
            with self._lock:
                cells, self._cells = self._cells, {}
                self._has_changed = True
            self._frozen = _reports(cells, new_id=True)
            self.save()
        return list(self._frozen)

    def taken(self, report: Report) -> None:
        """Forget a report that the server has."""
        self._frozen.remove(report)
        self._has_changed = True
        self.save()

    def save(self) -> None:
        """Write what is not sent, if it changed.

        Raises:
            OSError: it could not be written.
        """
        with self._lock:
            if not self._has_changed:
                return
            cells, self._has_changed = dict(self._cells), False
        saved = _Saved(self._frozen, _reports(cells, new_id=False))
        write_file(self._file, msgspec.json.encode(saved))

    def _standing_in(self, cell: _Cell) -> _Cell:
        same_outcome = (each for each in reversed(self._cells) if each[2] == cell[2])
        return next(same_outcome, cell)


def _reports(cells: dict[_Cell, int], *, new_id: bool) -> list[Report]:
    """One for each model version and day: a day that the server refuses takes no other with it."""
    groups: dict[tuple[str, int], list[Count]] = {}
    for (version, hour, outcome), number in cells.items():
        count = Count(datetime.fromtimestamp(hour * HOUR, UTC), outcome, number)
        groups.setdefault((version, hour // 24), []).append(count)
    return [
        Report(uuid4().hex if new_id else "", version, counts)
        for (version, _), counts in groups.items()
    ]
