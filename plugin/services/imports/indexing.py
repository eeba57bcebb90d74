"""The batch index, kept as the Store says."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import token_hex

from plugin.domain.batching import Batch
from plugin.domain.errors import UnavailableError
from plugin.domain.summaries import BatchSummary, summarise
from plugin.stores.frames.batch_index import BatchIndex
from plugin.stores.frames.batches import Batches
from plugin.stores.locks import Locks
from plugin.stores.settings_history import SettingsHistory

WAIT = 20.0
"""Seconds to wait for another process that fills the index; then whoever asks may come again."""

READERS = 8
"""Batches that are read at the same time: a bucket answers slowly, but many at once."""


@dataclass(frozen=True)
class Indexer:
    """Summarises batches and puts them into the index."""

    history: SettingsHistory
    batches: Batches
    index: BatchIndex
    locks: Locks

    def refresh(self, batch: Batch) -> BatchSummary:
        """Read a batch and what belongs to it, and put its summary into the index.

        Call it after every change; of two at once the one that read later wins.

        Raises:
            NotFoundError: the Store has no such batch.
        """
        ticket = self.index.ticket()
        summary = self._summary(self.batches.get(batch.project, batch.name))
        self.index.put(summary, ticket)
        return summary

    def rebuild(self, project: str) -> int:
        """Put every batch of a project, and forget those that the Store does not have.

        Returns:
            How many there are.
        """
        # Known ones first: what is opened meanwhile is in the Store, and is not taken for gone.
        known = self.index.names(project)
        ticket = self.index.ticket()
        batches = self.batches.of_project(project)
        for gone in known - {batch.name for batch in batches}:
            self.index.remove(project, gone)
        for summary in self._summaries(batches):
            self.index.put(summary, ticket)
        return len(batches)

    def make_good(self) -> None:
        """Fill the index of an emptied Redis, unless another process has done so by now.

        Raises:
            UnavailableError: another process is still at it, or Redis was emptied again.
            OSError: the Store does not answer.
            RedisError: Redis does not answer.
        """
        if self.index.is_whole():
            return
        with self.locks.hold("index", wait=WAIT) as lease:
            if lease is None:
                raise UnavailableError(
                    "Redis", "was emptied, and the list of batches is being made"
                )
            if not self.index.is_whole():
                self._fill()

    def _fill(self) -> None:
        token = token_hex(8)
        self.index.begin_filling(token)
        for project in self.history.projects():
            self.rebuild(project)
        if not self.index.end_filling(token):
            raise UnavailableError("Redis", "was emptied again")

    def _summaries(self, batches: Iterable[Batch]) -> Iterable[BatchSummary]:
        with ThreadPoolExecutor(READERS) as readers:
            yield from readers.map(self._summary, batches)

    def _summary(self, batch: Batch) -> BatchSummary:
        return summarise(batch, self.batches.assignments(batch), self.batches.ledger(batch))
