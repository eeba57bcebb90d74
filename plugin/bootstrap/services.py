"""The stations on a frame's way, each put together from its parts."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.bootstrap.assigning import assigner_of, changes_of, standing_of
from plugin.bootstrap.importing import importer_of, rebuilder_of
from plugin.bootstrap.oversight import check_up_of
from plugin.bootstrap.progress import collector_of, hooks_of, reconciler_of
from plugin.bootstrap.training import Training
from plugin.clock import utc_now
from plugin.fetching import ImageFetcher
from plugin.labelstudio.media import Media
from plugin.labelstudio.media.opening import open_media
from plugin.labelstudio.tokens import TokenOwners
from plugin.readiness import Readiness, readiness_of
from plugin.services.assignment.assigning import Assigner
from plugin.services.assignment.assigning_changes import AssignmentChanges
from plugin.services.assignment.standing import Standing
from plugin.services.collection.collecting import Collector
from plugin.services.collection.hooks import Hooks
from plugin.services.collection.reconciling import Reconciler
from plugin.services.imports.importing import Importer
from plugin.services.imports.indexing import Indexer
from plugin.services.imports.opening import BatchOpener
from plugin.services.imports.requesting import Requester
from plugin.services.imports.sending import Sender
from plugin.services.intake.completing import Completer
from plugin.services.intake.fetching import Fetcher
from plugin.services.intake.gates import Gates
from plugin.services.intake.keeping import Keeper
from plugin.services.intake.receiving import Receiver
from plugin.services.intake.reserving import Reserver
from plugin.services.intake.signing import SignatureCheck
from plugin.services.operations.checking_up import CheckUp
from plugin.services.operations.rebuilding import Rebuilder
from plugin.services.operations.signing_in import SignIn
from plugin.services.rules.previewing import Previewer
from plugin.services.rules.switching import Switching
from plugin.services.training_sets.analysing import Analyser
from plugin.stores.access.replays import Replays
from plugin.stores.frames.batch_index import BatchIndex
from plugin.stores.measures.flushing import Flusher, Flushes
from plugin.stores.measures.metrics import LABEL_STUDIO_REQUESTS

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class Application(Training):
    """Everything a process may need, made on first use and kept."""

    @cached_property
    def label_studio(self) -> "LabelStudioGateway":
        """Label Studio, as the user whose token is configured."""
        # The SDK takes 100 MB and seconds to import; a server that only receives needs none of it.
        from plugin.labelstudio.gateway import LabelStudioGateway  # noqa: PLC0415

        key = self.config.label_studio_api_key.get_secret_value()
        return LabelStudioGateway(self.config.label_studio_url, key, self._count_request)

    @cached_property
    def media(self) -> Media:
        """Where the images of tasks lie."""
        return open_media(self.config, self.label_studio)

    def _count_request(self, outcome: str) -> None:
        self.metrics.add(LABEL_STUDIO_REQUESTS, (outcome,))
        self.label_studio_answering.note(outcome)

    @cached_property
    def signatures(self) -> SignatureCheck:
        """Whether signed posts are what they say."""
        return SignatureCheck(Replays(self.redis))

    @cached_property
    def sign_in(self) -> SignIn:
        """From a token of Label Studio to a session."""
        config = self.config
        owners = TokenOwners(config.label_studio_url, self._count_request)
        # Who manages is said by LSAL_MANAGERS; only where it says nothing, our own token counts.
        own = "" if config.managers else config.label_studio_api_key.get_secret_value()
        return SignIn(owners, self.sessions, self.attempts, self.audit, own)

    @cached_property
    def previewer(self) -> Previewer:
        """What settings would have kept of recent events."""
        return Previewer(self.history, self.traffic)

    @cached_property
    def switching(self) -> Switching:
        """How settings come in force."""
        return Switching(self.history, self.deployments)

    @cached_property
    def flusher(self) -> Flusher:
        """What brings to Redis what this process has counted."""
        return Flusher(self.counted)

    @cached_property
    def counted(self) -> tuple[Flushes, ...]:
        """What counts in this process, on its way to Redis."""
        return self.funnel, self.metrics, self.activity, self.traffic, self.histograms

    @cached_property
    def readiness(self) -> Readiness:
        """Whether what a server needs answers."""
        return readiness_of(self.redis, self.store, utc_now)

    @cached_property
    def receiver(self) -> Receiver:
        """The first station."""
        return Receiver(Gates(self.history), self.traffic)

    @cached_property
    def keeper(self) -> Keeper:
        """The second station."""
        reserver = Reserver(
            reservations=self.reservations, spool=self.spool, addresses=self.upload_addresses,
            queue=self.queue, locks=self.locks, hosts=self.config.image_hosts,
            upload_within=timedelta(seconds=self.config.upload_within),
        )  # fmt: skip
        return Keeper(
            self.admission, self.spool, reserver, self.queue, self.funnel, self.histograms
        )  # fmt: skip

    @cached_property
    def completer(self) -> Completer:
        """Images that come after the decision."""
        return Completer(
            history=self.history, admission=self.admission, reservations=self.reservations,
            spool=self.spool, queue=self.queue, funnel=self.funnel,
            histograms=self.histograms, locks=self.locks,
        )  # fmt: skip

    @cached_property
    def fetcher(self) -> Fetcher:
        """Images that come from an address."""
        config = self.config
        images = ImageFetcher(config.image_hosts, config.image_networks, config.max_body)
        return Fetcher(self.reservations, self.completer, images, self.queue, self.locks, utc_now)

    @cached_property
    def opener(self) -> BatchOpener:
        """Which batch frames belong to."""
        return BatchOpener(
            self.batches, self.label_studio, self.media, utc_now, self.class_colours,
            self.indexer,
        )  # fmt: skip

    @cached_property
    def sender(self) -> Sender:
        """What makes tasks of frames."""
        return Sender(
            self.spool, self.batches, self.label_studio, self.media, self.opener, utc_now
        )  # fmt: skip

    @cached_property
    def batch_index(self) -> BatchIndex:
        """The batches of all projects, sorted and counted."""
        return BatchIndex(self.redis, self._fill_index)

    def _fill_index(self) -> None:
        # The indexer is made of the index: it is looked for when it is needed, not before.
        self.indexer.make_good()

    @cached_property
    def indexer(self) -> Indexer:
        """What keeps the batch index as the Store says."""
        return Indexer(self.history, self.batches, self.batch_index, self.locks)

    @cached_property
    def requester(self) -> Requester:
        """What asks for what waits."""
        return Requester(
            self.spool, self.import_notes, self.doubts, self.fetcher, self.queue, utc_now
        )

    @cached_property
    def rebuilder(self) -> Rebuilder:
        """Redis anew."""
        return rebuilder_of(self)

    @cached_property
    def importer(self) -> Importer:
        """From the spool into Label Studio."""
        return importer_of(self)

    @cached_property
    def assigner(self) -> Assigner:
        """Who reviews what."""
        return assigner_of(self)

    @cached_property
    def assignment_changes(self) -> AssignmentChanges:
        """How who has what changes."""
        return changes_of(self)

    @cached_property
    def standing(self) -> Standing:
        """Who reviews what without being asked each time."""
        return standing_of(self)

    @cached_property
    def collector(self) -> Collector:
        """From Label Studio back to us."""
        return collector_of(self)

    @cached_property
    def hooks(self) -> Hooks:
        """Label Studio's calls when something happens."""
        return hooks_of(self)

    @cached_property
    def reconciler(self) -> Reconciler:
        """What is true of every batch, told or not."""
        return reconciler_of(self)

    @cached_property
    def analyser(self) -> Analyser:
        """What reviewers changed."""
        return Analyser(
            self.history, self.reviews, self.spool, self.comparisons, self.locks, utc_now
        )

    @cached_property
    def check_up(self) -> CheckUp:
        """A look by the doctor, whose findings are kept."""
        return check_up_of(self)
