"""Connections and stores: what the parts of the application share."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.queues import WorkQueue
from plugin.stores.access.attempts import Attempts
from plugin.stores.access.audit import Audit
from plugin.stores.access.deployments import Deployments
from plugin.stores.access.sessions import Sessions
from plugin.stores.access.upload_addresses import UploadAddresses
from plugin.stores.backends.folder import FolderStore
from plugin.stores.backends.locating import open_store
from plugin.stores.candidates.admission import AdmissionControl
from plugin.stores.candidates.reports import Reports
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.candidates.restoring import Restorer
from plugin.stores.candidates.used import UsedBudget
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.colours import ClassColours
from plugin.stores.frames.import_notes import ImportNotes
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Locks
from plugin.stores.measures.activity import Activity
from plugin.stores.measures.answering import LabelStudioAnswering
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.histograms import Histograms
from plugin.stores.measures.metrics import Metrics
from plugin.stores.measures.traffic import Traffic
from plugin.stores.objects import ObjectStore
from plugin.stores.review.comparisons import Comparisons
from plugin.stores.review.reviews import Reviews
from plugin.stores.review.team import Team
from plugin.stores.settings_history import SettingsHistory
from plugin.training_set.sets import TrainingSets

if TYPE_CHECKING:
    pass

REDIS_TIMEOUT = 5.0
"""Seconds; a worker's own connection, which waits for jobs, has none."""


@dataclass(frozen=True)
class Stores:
    """Everything a process may need, made on first use and kept."""

    config: Config

    def close(self) -> None:
        """Close the connections that were opened."""
        opened = vars(self)
        for name in ("redis", "queue_redis", "worker_redis", "label_studio"):
            if name in opened:
                opened[name].close()

    @cached_property
    def store(self) -> ObjectStore:
        """The Store."""
        return open_store(self.config.store_url)

    @cached_property
    def watched_store(self) -> ObjectStore:
        """The Store for what is looked at for every event: deployments and settings."""
        return open_store(self.config.store_url, watched=True)

    @property
    def store_folder(self) -> Path:
        """The Store's folder, for what looks into it by itself.

        Raises:
            InvalidInputError: the Store is no folder.
        """
        if not isinstance(self.store, FolderStore):
            raise InvalidInputError(FieldError("STORE_URL", self.config.store_url, "a folder"))
        return self.store.root

    @cached_property
    def redis(self) -> Redis:
        """Redis for coordination, answering with text; it answers soon, or counts as away."""
        return Redis.from_url(
            self.config.redis_url,
            decode_responses=True,
            socket_timeout=REDIS_TIMEOUT,
            socket_connect_timeout=REDIS_TIMEOUT,
            retry=Retry(NoBackoff(), 1),
        )

    @cached_property
    def queue_redis(self) -> Redis:
        """Redis for RQ, which wants bytes."""
        return Redis.from_url(
            self.config.redis_url,
            socket_timeout=REDIS_TIMEOUT,
            socket_connect_timeout=REDIS_TIMEOUT,
            retry=Retry(NoBackoff(), 1),
        )

    @cached_property
    def worker_redis(self) -> Redis:
        """Redis for a worker of RQ, which waits on it for as long as there is nothing to do."""
        return Redis.from_url(self.config.redis_url)

    @cached_property
    def history(self) -> SettingsHistory:
        """Settings of all projects."""
        return SettingsHistory(self.watched_store)

    @cached_property
    def deployments(self) -> Deployments:
        """Who may post."""
        return Deployments(self.watched_store)

    @cached_property
    def activity(self) -> Activity:
        """When deployments were seen, and what they post."""
        return Activity(self.redis, self.deployments)

    @cached_property
    def reports(self) -> Reports:
        """Which reports of clients were taken."""
        return Reports(self.redis)

    @cached_property
    def spool(self) -> Spool:
        """Frames."""
        return Spool(self.store)

    @cached_property
    def batches(self) -> Batches:
        """Batches and what belongs to them."""
        return Batches(self.store)

    @cached_property
    def import_notes(self) -> ImportNotes:
        """Imports that were begun and not finished."""
        return ImportNotes(self.store)

    @cached_property
    def team(self) -> Team:
        """Who works in Label Studio, as it said last."""
        return Team(self.redis)

    @cached_property
    def reviews(self) -> Reviews:
        """Finished reviews."""
        return Reviews(self.store)

    @cached_property
    def comparisons(self) -> Comparisons:
        """What reviews changed, counted."""
        return Comparisons(self.store)

    @cached_property
    def class_colours(self) -> ClassColours:
        """Which colour a class has."""
        return ClassColours(self.store)

    @cached_property
    def training_sets(self) -> TrainingSets:
        """Versions of training sets."""
        return TrainingSets(self.store)

    @cached_property
    def queue(self) -> WorkQueue:
        """Where imports are asked for."""
        return WorkQueue(self.redis, self.queue_redis)

    @cached_property
    def funnel(self) -> Funnel:
        """What became of events, counted."""
        return Funnel(self.redis)

    @cached_property
    def histograms(self) -> Histograms:
        """Confidences, counted."""
        return Histograms(self.redis)

    @cached_property
    def traffic(self) -> Traffic:
        """A sample of recent events."""
        return Traffic(self.redis, self.histograms, Random())  # noqa: S311  a sample, no secret

    @cached_property
    def metrics(self) -> Metrics:
        """What else is counted and timed."""
        return Metrics(self.redis)

    @cached_property
    def locks(self) -> Locks:
        """Locks shared by all processes."""
        return Locks(self.redis)

    @cached_property
    def reservations(self) -> Reservations:
        """Frames whose image is yet to come."""
        return Reservations(self.store)

    @cached_property
    def upload_addresses(self) -> UploadAddresses:
        """Where images are uploaded after the decision."""
        return UploadAddresses(self.store)

    @cached_property
    def admission(self) -> AdmissionControl:
        """Caps, remembered events and looks."""
        return AdmissionControl(self.redis, self.restorer.make_good)

    @cached_property
    def used_budget(self) -> UsedBudget:
        """How much of their caps projects have used."""
        return UsedBudget(self.redis)

    @cached_property
    def restorer(self) -> Restorer:
        """What Redis forgot, from the Store."""
        return Restorer(self.redis, self.store, self.locks)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        idle = timedelta(hours=self.config.session_hours)
        return Sessions(self.redis, self.store, idle, utc_now)

    @cached_property
    def attempts(self) -> Attempts:
        """How often signing in failed lately."""
        return Attempts(self.redis)

    @cached_property
    def audit(self) -> Audit:
        """Who changed what."""
        return Audit(self.store, utc_now)

    @cached_property
    def label_studio_answering(self) -> LabelStudioAnswering:
        """Whether Label Studio answers."""
        return LabelStudioAnswering(self.redis, utc_now)
