"""Certify: what was proved of a version, and whether Label Studio counts the same reviews."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.clock import Clock
from plugin.domain.errors import LabelStudioError
from plugin.stores.frames.batches import Batches
from plugin.training_set.tally import Tally
from plugin.training_set.versions import Certificate, CountDifference

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class Certifier:
    """Writes certificates. `label_studio` gives the server: it is asked when it is needed."""

    batches: Batches
    label_studio: "Callable[[], LabelStudioGateway]"
    clock: Clock

    def certify(self, project: str, tally: Tally, ours: Mapping[str, int]) -> Certificate:
        """The certificate of a version whose images were all looked at.

        Args:
            project: its project.
            tally: of the version.
            ours: finished annotations that it is made of, by batch.
        """
        differences: tuple[CountDifference, ...] = ()
        reason = ""
        try:
            differences = tuple(self._differences(project, ours))
        except LabelStudioError as error:
            reason = str(error)
        return Certificate(
            checked_at=self.clock(),
            images=tally.images,
            annotations=tally.annotations,
            counts="not asked" if reason else "different" if differences else "equal",
            reason=reason,
            differences=differences,
        )

    def _differences(self, project: str, ours: Mapping[str, int]) -> list[CountDifference]:
        """The open batches in which Label Studio counts another number of annotations."""
        names = {
            batch.label_studio_id: batch.name
            for batch in self.batches.of_project(project)
            if not batch.closed
        }
        found = self.label_studio().review_counts(list(names)) if names else {}
        return [
            CountDifference(names[each], ours.get(names[each], 0), counts.finished)
            for each, counts in found.items()
            if counts.finished != ours.get(names[each], 0)
        ]
