"""Analyse: what reviewers changed of what models saw, counted as reviews come in.

It costs by the reviews that changed, never by those that are there: what a frame added is kept, so
that it can be taken away again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from plugin.clock import Clock
from plugin.domain.analysis import Cell
from plugin.domain.consensus import choose
from plugin.domain.errors import InvalidInputError
from plugin.domain.frame import Frame, described
from plugin.domain.settings import ProjectSettings
from plugin.domain.summing import applied, nested
from plugin.domain.tallying import tally
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Lease, Locks
from plugin.stores.review.comparisons import Comparison, Comparisons, Sums
from plugin.stores.review.review_log import Cursor
from plugin.stores.review.reviews import Review, Reviews
from plugin.stores.settings_history import SettingsHistory

FORMAT = 1
"""Of the counts: with the next one, everything is counted anew."""

CHUNK = 500
"""Frames of one step."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Analyser:
    """Keeps the sums of a project as its reviews say."""

    history: SettingsHistory
    reviews: Reviews
    spool: Spool
    comparisons: Comparisons
    locks: Locks
    clock: Clock

    def run(self, project: str) -> int:
        """Count what changed since the last run, and return of how many frames.

        Nothing is done where another process is at it.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: this process paused for so long that another one went on.
            OSError: the Store refused; the next run goes on from there.
        """
        with self.locks.hold_renewed(f"analyse:{project}") as lease:
            if lease is None:
                return 0
            self.comparisons.finish(project)
            return self._round(project, lease)

    def _round(self, project: str, lease: Lease) -> int:
        settings = self.history.newest(project).settings
        sums = self._begun(project, settings)
        frame_ids, after = self.reviews.changed_since(project, sums.cursor)
        was_broken_off = sums.target is not None
        target = sums.target or after
        left = [each for each in frame_ids if each > sums.until]
        if not left and sums.cursor == target:
            return 0
        for begin in range(0, max(1, len(left)), CHUNK):
            chunk, is_last = left[begin : begin + CHUNK], begin + CHUNK >= len(left)
            lease.renew()
            where = _ended(sums, target) if is_last else _on_the_way(sums, target, chunk[-1])
            sums = self._step(project, settings, where, chunk)
        # A round that was broken off knows nothing of what changed since it began.
        return len(left) + (self._round(project, lease) if was_broken_off else 0)

    def _begun(self, project: str, settings: ProjectSettings) -> Sums:
        """The sums so far; empty ones where they do not count as it is done now."""
        basis = f"{FORMAT} {settings.task_type} {settings.training_set.choose}"
        sums = self.comparisons.sums(project)
        if sums is not None and sums.basis == basis:
            return sums
        generation = sums.generation + 1 if sums else 1
        return Sums(basis=basis, generation=generation, updated_at=self.clock())

    def _step(
        self, project: str, settings: ProjectSettings, sums: Sums, frame_ids: Sequence[str]
    ) -> Sums:
        stored = self.comparisons.of_frames(project, frame_ids)
        before = {
            frame_id: each for frame_id, each in stored.items()
            if each.generation == sums.generation
        }  # fmt: skip
        found = self._compare(project, settings, frame_ids)
        taken = [each.cell for each in before.values()]
        now = msgspec.structs.replace(
            sums,
            updated_at=self.clock(),
            frames=sums.frames + len(found) - len(before),
            cells=applied(sums.cells, taken, found.values()),
        )
        comparisons = {
            each: Comparison(each, sums.generation, found[each]) if each in found else None
            for each in frame_ids
        }
        self.comparisons.take(project, now, comparisons)
        return now

    def _compare(
        self, project: str, settings: ProjectSettings, frame_ids: Sequence[str]
    ) -> dict[str, Cell]:
        """What each frame adds; nothing for one without a review or without a model's word."""
        reviews = self.reviews.of_frames(project, frame_ids)
        frames = self.spool.imported_frames(project, list(reviews))
        cells = {
            frame_id: _cell(each.frame, reviews[frame_id], settings)
            for frame_id, each in frames.items()
            if not each.frame.prediction.stub
        }
        return {frame_id: cell for frame_id, cell in cells.items() if cell is not None}


def _cell(frame: Frame, review: Review, settings: ProjectSettings) -> Cell | None:
    """What a frame adds; None where nothing that was said of it can be read."""
    opinions = [each for each in review.all_opinions if not each.error]
    if not opinions:
        return None
    truth = choose(opinions, settings.training_set.choose).truth
    try:
        counts = tally(frame.prediction, truth, opinions, settings.task_type)
    except InvalidInputError as error:
        log.warning("a review is not compared: %s", error, extra=described(frame))
        return None
    return Cell(
        frame.rule, frame.prediction.model_version, _monday(frame.received_at), nested(counts)
    )


def _ended(sums: Sums, target: Cursor) -> Sums:
    return msgspec.structs.replace(sums, cursor=target, target=None, until="")


def _on_the_way(sums: Sums, target: Cursor, until: str) -> Sums:
    return msgspec.structs.replace(sums, target=target, until=until)


def _monday(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())
