"""One run of an import over a project: what it has done, and whether it may go on."""

from collections import Counter
from dataclasses import dataclass, field, replace

from plugin.domain.batching import Batch
from plugin.domain.settings import ProjectSettings
from plugin.services.imports.fitting import Fitter
from plugin.services.imports.opening import Target
from plugin.stores.frames.import_notes import ImportNote
from plugin.stores.locks import Lease


@dataclass(slots=True)
class ImportRun:
    """What one run knows.

    `until` is the monotonic time after which it makes room for others; `held` counts the places of
    each batch that are promised to frames whose import was begun; `targets` are the batches it
    sends to, by period, `touched` those that it sent to, by name. `failed` are imports that went
    wrong, `in_a_row` how many of them without one success between them.
    """

    settings: ProjectSettings
    images: Fitter
    lease: Lease
    until: float
    held: Counter[str]
    targets: dict[str, Target] = field(default_factory=dict)
    failed: list[ImportNote] = field(default_factory=list)
    touched: dict[str, Batch] = field(default_factory=dict)
    imported: int = 0
    in_a_row: int = 0

    def settled(self, sent: Target, now: Target) -> None:
        """Go on with a batch as it is now, after frames were sent to it as it was."""
        period = now.batch.period
        self.touched[now.batch.name] = now.batch
        known = self.targets.get(period, now)
        if known.batch.name == now.batch.name and now.label_config == sent.label_config:
            # The next frames were packed meanwhile, and may have widened it.
            now = replace(now, label_config=known.label_config)
        self.targets[period] = now
