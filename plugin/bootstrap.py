"""The composition root: the one place where the parts are put together.

Nothing is connected before it is needed: the webhook server never opens Label Studio.
"""

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from redis import Redis

from plugin.clock import utc_now
from plugin.config import Config, read_config
from plugin.queues import ImportQueue
from plugin.services.assigning import Assigner
from plugin.services.collecting import Collector
from plugin.services.exporting import Exporter
from plugin.services.importing import Importer
from plugin.services.opening import BatchOpener
from plugin.services.receiving import Receiver
from plugin.stores.admission import AdmissionControl
from plugin.stores.batches import Batches
from plugin.stores.deployments import Deployments
from plugin.stores.funnel import Funnel
from plugin.stores.locks import Locks
from plugin.stores.objects import FolderStore, open_store
from plugin.stores.reviews import Reviews
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.spool import Spool
from plugin.training_set.versions import TrainingSets

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class Application:
    """Everything a process may need, made on first use and kept."""

    config: Config

    def close(self) -> None:
        """Close the connections that were opened."""
        opened = vars(self)
        for name in ("redis", "queue_redis", "label_studio"):
            if name in opened:
                opened[name].close()

    @cached_property
    def store(self) -> FolderStore:
        """The Store."""
        return open_store(self.config.store_url)

    @cached_property
    def redis(self) -> Redis:
        """Redis for coordination, answering with text."""
        return Redis.from_url(self.config.redis_url, decode_responses=True)

    @cached_property
    def queue_redis(self) -> Redis:
        """Redis for RQ, which wants bytes."""
        return Redis.from_url(self.config.redis_url)

    @cached_property
    def label_studio(self) -> "LabelStudioGateway":
        """Label Studio, as the user whose token is configured."""
        # The SDK takes 100 MB and seconds to import; a server that only receives needs none of it.
        from plugin.labelstudio.gateway import LabelStudioGateway  # noqa: PLC0415

        key = self.config.label_studio_api_key.get_secret_value()
        return LabelStudioGateway(self.config.label_studio_url, key)

    @cached_property
    def history(self) -> SettingsHistory:
        """Settings of all projects."""
        return SettingsHistory(self.store)

    @cached_property
    def deployments(self) -> Deployments:
        """Who may post."""
        return Deployments(self.store)

    @cached_property
    def spool(self) -> Spool:
        """Frames."""
        return Spool(self.store)

    @cached_property
    def batches(self) -> Batches:
        """Batches and what belongs to them."""
        return Batches(self.store)

    @cached_property
    def reviews(self) -> Reviews:
        """Finished reviews."""
        return Reviews(self.store)

    @cached_property
    def training_sets(self) -> TrainingSets:
        """Versions of training sets."""
        return TrainingSets(self.store)

    @cached_property
    def queue(self) -> ImportQueue:
        """Where imports are asked for."""
        return ImportQueue(self.redis, self.queue_redis)

    @cached_property
    def funnel(self) -> Funnel:
        """What became of events, counted."""
        return Funnel(self.redis)

    @cached_property
    def locks(self) -> Locks:
        """Locks shared by all processes."""
        return Locks(self.redis)

    @cached_property
    def receiver(self) -> Receiver:
        """The first station."""
        return Receiver(
            self.history, AdmissionControl(self.redis), self.spool, self.queue, self.funnel
        )

    @cached_property
    def importer(self) -> Importer:
        """From the spool into Label Studio."""
        return Importer(
            history=self.history, spool=self.spool, batches=self.batches,
            label_studio=self.label_studio, locks=self.locks, queue=self.queue, clock=utc_now,
            opener=BatchOpener(self.batches, self.label_studio, utc_now),
        )  # fmt: skip

    @cached_property
    def assigner(self) -> Assigner:
        """Who reviews what."""
        return Assigner(self.batches, self.label_studio, self.locks, utc_now)

    @cached_property
    def collector(self) -> Collector:
        """From Label Studio back to us."""
        return Collector(self.batches, self.reviews, self.spool, self.label_studio)

    @cached_property
    def exporter(self) -> Exporter:
        """From reviews to a training set."""
        return Exporter(
            history=self.history, reviews=self.reviews, spool=self.spool,
            training_sets=self.training_sets, locks=self.locks, clock=utc_now,
        )  # fmt: skip


def application() -> Application:
    """Put the parts together as the environment says.

    Raises:
        InvalidInputError: naming every variable that is wrong.
    """
    config = read_config()
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(message)s")
    return Application(config)
