"""What becomes of events that were read: decided here, at once; kept by the threads behind us."""

from collections.abc import Sequence
from dataclasses import dataclass

from plugin.clock import Clock
from plugin.domain.deciding import Outcome
from plugin.domain.errors import UnavailableError
from plugin.formats.native import PostedEvent
from plugin.services.intake.cases import Kept
from plugin.services.intake.grouping import KeepingQueue
from plugin.services.intake.receiving import Answer, Offer, Receiver
from plugin.stores.access.deployments import Deployment
from plugin.stores.measures.activity import Activity
from plugin.stores.measures.funnel import Funnel
from webhook_server.gathering import Gathered
from webhook_server.intake.rates import RateLimit


@dataclass(frozen=True)
class Reception:
    """Where all events of this process come in."""

    receiver: Receiver
    keeping: KeepingQueue
    funnel: Funnel
    activity: Activity
    gathered: Gathered
    rates: RateLimit
    clock: Clock

    def saw(self, deployment: Deployment) -> None:
        """Note that a deployment is there, whatever it posted."""
        self.activity.saw(deployment, "", 0, self.clock())

    async def receive(
        self, deployment: Deployment, event: PostedEvent, image: bytes | None
    ) -> Answer:
        """Answer one event.

        Args:
            deployment: who posted it.
            event: as it was posted.
            image: where it came beside the event.

        Raises:
            ActiveLearningError: it is refused, or could not be kept.
        """
        decided = self.receiver.decide(deployment, event, self.clock(), file=image)
        if isinstance(decided, Answer):
            self.gathered.event(deployment, event.model_version, decided.outcome)
            return decided
        self.gathered.event(deployment, event.model_version, Outcome.KEPT)
        [kept] = await self.keep([decided])
        if not isinstance(kept, Answer):
            raise kept
        return kept

    async def keep(self, offers: Sequence[Offer]) -> Sequence[Kept]:
        """Keep what there is budget for; an answer or an error for each offer."""
        if not offers:
            return ()
        try:
            return await self.keeping.submit(offers)
        except UnavailableError as error:
            return [error] * len(offers)
