"""The standing assignment: a project's new images go to its team, and idle ones to others of it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.review_settings import ReviewSettings
from plugin.domain.settings import ProjectSettings
from plugin.domain.summaries import BatchSummary, Status
from plugin.services.assignment.standing_batch import BatchStanding
from plugin.stores.frames.batch_index import BatchIndex, Query
from plugin.stores.settings_history import SettingsHistory

ROWS = 200
"""Batches that are asked of the index at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Deals what nobody has to a project's team, as its settings say."""

    history: SettingsHistory
    index: BatchIndex
    batch: BatchStanding

    def run(self, project: str) -> int:
        """Bring a project's batches up to its settings.

        Returns:
            How many images were dealt, each once for everybody who got it.

        Raises:
            LabelStudioError: it did not answer; the rest is for the next run.
        """
        with self.batch.changes.locks.hold_renewed(f"standing:{project}") as lease:
            if lease is None:
                return 0  # somebody else is at it
            for name in list(self.batch.changes.notes.of_project(project)):
                self._settle(self.batch.changes.batches.get(project, name))
            settings = self.history.newest(project).settings
            found = list(self._waiting(project, settings.review))
            return sum(self._attend(batch, settings) for batch in found)

    def _settle(self, batch: Batch) -> None:
        """End what was cut short, as who began it may not come again."""
        if batch.closed:
            self.batch.changes.notes.remove(batch)
            return
        try:
            self.batch.changes.settle(batch)
        except ConflictError:
            log.info("batch %s is being assigned", batch.title)
        except NotFoundError:
            log.warning("batch %s is not in Label Studio any more", batch.title)
            self.batch.changes.notes.remove(batch)

    def _attend(self, batch: Batch, settings: ProjectSettings) -> int:
        try:
            return self.batch.attend(batch, settings)
        except ConflictError:
            log.info("batch %s is being assigned; it is left to the next run", batch.title)
        except NotFoundError:
            log.warning("batch %s is not in Label Studio any more", batch.title)
        return 0

    def _waiting(self, project: str, review: ReviewSettings) -> Iterator[Batch]:
        """Yield the batches with images to deal, or to take from somebody."""
        for row in self._unfinished(project):
            to_deal = review.team and row.ready
            to_return = review.return_idle_after is not None and row.in_review
            if to_deal or to_return:
                batch = self.batch.changes.batches.find(project, row.name)
                if batch is not None and not batch.closed:
                    yield batch

    def _unfinished(self, project: str) -> Iterator[BatchSummary]:
        totals = self.index.project_totals().get(project)
        if totals is None or not totals.ready + totals.in_review:
            return
        for status in get_args(Status)[:2]:
            yield from self._of_status(project, status)

    def _of_status(self, project: str, status: Status) -> Iterator[BatchSummary]:
        offset, total = 0, 1
        while offset < total:
            query = Query(
                project, status, sort="created", descending=False, offset=offset, limit=ROWS
            )
            page = self.index.page(query)
            yield from page.rows
            offset, total = offset + ROWS, page.total
