"""The retrain trigger, put together from its parts."""

from dataclasses import dataclass
from functools import cached_property
from random import random
from typing import TYPE_CHECKING, cast

from plugin.bootstrap.progress import Following
from plugin.clock import utc_now
from plugin.posting import WebhookPoster
from plugin.running import CommandRunner
from plugin.services.intake.model_versions import ModelVersions
from plugin.services.retrain.announcing import Announcer
from plugin.services.retrain.announcing_channels import CommandChannel, WebhookChannel
from plugin.services.retrain.making import VersionMaker
from plugin.services.retrain.retraining import Retrainer
from plugin.stores.access.retrain_secrets import RetrainSecrets
from plugin.stores.notices.announcements import Announcements

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


@dataclass(frozen=True)
class Retraining(Following):
    """The parts that make versions of training sets when they are due, and announce them."""

    @cached_property
    def announcements(self) -> Announcements:
        """Which versions were announced, and to whom they are yet to be."""
        return Announcements(self.store)

    @cached_property
    def retrain_secrets(self) -> RetrainSecrets:
        """What announcements are signed with."""
        return RetrainSecrets(self.store)

    @cached_property
    def webhook_poster(self) -> WebhookPoster:
        """What calls webhooks."""
        return WebhookPoster(self.config.retrain_hosts, self.config.retrain_networks)

    @cached_property
    def retrain_command(self) -> CommandRunner:
        """What runs the operator's command."""
        return CommandRunner(self.config.retrain_command, self.config.retrain_seconds)

    @cached_property
    def announcer(self) -> Announcer:
        """What brings announcements to whoever trains."""
        return Announcer(
            history=self.history, announcements=self.announcements,
            channels={
                "webhook": WebhookChannel(self.webhook_poster, self.retrain_secrets, utc_now),
                "command": CommandChannel(self.retrain_command, self._address, utc_now),
            },
            models=self._models, clock=utc_now, draw=random,
        )  # fmt: skip

    @cached_property
    def retrainer(self) -> Retrainer:
        """What makes versions when they are due, and has them announced."""
        parts = cast("Application", self)
        maker = VersionMaker(
            history=self.history, training_sets=self.training_sets, builder=parts.builder,
            index=parts.batch_index, announcements=self.announcements, models=self._models,
            address=self._address, clock=utc_now,
        )  # fmt: skip
        return Retrainer(
            self.history, self.announcements, maker, self.announcer, self.locks, self.queue
        )

    @cached_property
    def _models(self) -> ModelVersions:
        return ModelVersions(self.deployments, self.activity, utc_now)

    def _address(self, project: str) -> str:
        """Where a project's training set lies: a folder or an address in the Store."""
        return self.store.location(f"datasets/{project}")
