"""Rebuild: what Redis held comes back from the Store, and what that lacks from Label Studio."""

from dataclasses import dataclass

import msgspec

from plugin.clock import Clock
from plugin.services.imports.indexing import Indexer
from plugin.services.imports.requesting import Requester
from plugin.services.operations.adopting import Adopted, Adopter
from plugin.stores.candidates.restoring import Restorer
from plugin.stores.settings_history import SettingsHistory


class Rebuilt(msgspec.Struct, frozen=True):
    """What there is now, and what was done, in numbers.

    `events` are remembered, `today` of them count in the caps of the current day, `looks` are
    compared, `batches` are listed. `requested` names the work that was asked for.
    """

    project: str
    events: int
    today: int
    looks: int
    batches: int
    requested: tuple[str, ...]
    adopted: Adopted


@dataclass(frozen=True)
class Rebuilder:
    """Fills Redis again. It may run at any time, and twice: nothing that is there is taken away."""

    history: SettingsHistory
    restorer: Restorer
    adopter: Adopter
    indexer: Indexer
    requester: Requester
    clock: Clock

    def run(self, project: str) -> Rebuilt:
        """Rebuild one project.

        Raises:
            NotFoundError: there is no such project.
            OSError: the Store does not answer.
            RedisError: Redis does not answer.
            LabelStudioError: it failed or did not answer; Redis is filled nevertheless.
        """
        settings = self.history.newest(project).settings
        self.restorer.restore(settings, self.clock())
        adopted = self.adopter.run(settings)
        # Once more: what was adopted is to be known, too.
        memory = self.restorer.restore(settings, self.clock())
        return Rebuilt(
            project=project,
            events=sum(map(len, memory.events.values())),
            today=memory.counts[""].frames[-1],
            looks=len(memory.looks),
            batches=self.indexer.rebuild(project),
            requested=self.requester.run(project),
            adopted=adopted,
        )
