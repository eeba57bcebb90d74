"""The training set's station, put together from its parts."""

from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING, cast

from plugin.bootstrap.retraining import Retraining
from plugin.clock import utc_now
from plugin.services.training_sets.building import Builder
from plugin.services.training_sets.certifying import Certifier
from plugin.services.training_sets.handing_over import HandOver
from plugin.services.training_sets.preparing import Preparer
from plugin.services.training_sets.publishing import Publisher
from plugin.services.training_sets.starting import Starter
from plugin.services.training_sets.verifying import Verifier

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class Training(Retraining):
    """The parts that make training sets, and bring them to whoever trains."""

    @cached_property
    def builder(self) -> Builder:
        """From reviews to a training set."""
        return Builder(
            history=self.history, reviews=self.reviews, spool=self.spool,
            sets=self.training_sets, preparer=Preparer(self.spool),
            publisher=self._publisher, locks=self.locks,
        )  # fmt: skip

    @cached_property
    def starter(self) -> Starter:
        """From files that were there before to a training set."""
        return Starter(self.history, self._publisher, self.locks)

    @cached_property
    def verifier(self) -> Verifier:
        """Whether a version is what it was."""
        return Verifier(self.training_sets)

    @cached_property
    def handing_over(self) -> HandOver:
        """Training sets on their way out."""
        return HandOver(self.training_sets)

    @cached_property
    def _publisher(self) -> Publisher:
        certifier = Certifier(self.batches, self._label_studio, utc_now)
        return Publisher(self.training_sets, certifier, utc_now, lambda: token_hex(4))

    def _label_studio(self) -> "LabelStudioGateway":
        return cast("Application", self).label_studio
