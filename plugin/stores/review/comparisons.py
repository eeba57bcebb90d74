"""What reviews changed, counted, as documents in the Store.

    projects/<project>/analysis/sums.json                     what the page reads
    projects/<project>/analysis/step.json                     a step on its way there
    projects/<project>/analysis/frames/<ab>/<frame_id>.json   what one frame adds to the sums

A step is written as a whole before any of it is done: whoever dies in between leaves it to be done
again, and doing it twice is doing it once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from plugin.domain.analysis import Cell
from plugin.stores.documents import read, read_those
from plugin.stores.objects import ObjectStore
from plugin.stores.review.review_log import Cursor


class Comparison(msgspec.Struct, frozen=True):
    """What one frame adds to the sums of one `generation`."""

    frame_id: str
    generation: int
    cell: Cell


class Sums(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything counted so far.

    `basis` names what the counts depend on beside the reviews: when it changes, all is counted
    anew as the next `generation`. `cursor` is how far the log of reviews was read. A round that is
    not done yet has come to the frame `until`, and its reading of the log to `target`.
    """

    basis: str
    generation: int
    updated_at: datetime
    frames: int = 0
    cursor: Cursor | None = None
    target: Cursor | None = None
    until: str = ""
    cells: tuple[Cell, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """The sums after some frames were counted, and what each of them adds; None for nothing."""

    sums: Sums
    comparisons: dict[str, Comparison | None]


class Comparisons:
    """Reads and writes what was counted. One process at a time writes for a project."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def sums(self, project: str) -> Sums | None:
        """Everything counted so far; None where nothing ever was."""
        return read(self._store, _sums(project), Sums)

    def of_frames(self, project: str, frame_ids: Sequence[str]) -> dict[str, Comparison]:
        """What each of the frames added when it was counted last, of whatever generation."""
        keys = [_frame(project, each) for each in frame_ids]
        return {each.frame_id: each for each in read_those(self._store, keys, Comparison)}

    def take(self, project: str, sums: Sums, of: Mapping[str, Comparison | None]) -> None:
        """Make one step durable.

        Raises:
            OSError: the Store refused; `finish` does what is left of it.
        """
        self._store.put(_step(project), msgspec.json.encode(Step(sums, dict(of))))
        self.finish(project)

    def finish(self, project: str) -> None:
        """Do again what may not have been done of the last step."""
        step = read(self._store, _step(project), Step)
        if step is None:
            return
        for frame_id, comparison in step.comparisons.items():
            if comparison is not None:
                self._store.put(_frame(project, frame_id), msgspec.json.encode(comparison))
        gone = [each for each, comparison in step.comparisons.items() if comparison is None]
        self._store.delete_all(_frame(project, each) for each in gone)
        self._store.put(_sums(project), msgspec.json.encode(step.sums))
        self._store.delete(_step(project))


def _sums(project: str) -> str:
    return f"projects/{project}/analysis/sums.json"


def _step(project: str) -> str:
    return f"projects/{project}/analysis/step.json"


def _frame(project: str, frame_id: str) -> str:
    return f"projects/{project}/analysis/frames/{frame_id[:2]}/{frame_id}.json"
