"""What follows reviews in Label Studio, put together from its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.bootstrap.notifications import Notifications
from plugin.clock import utc_now
from plugin.services.collection.collecting import Collector
from plugin.services.collection.finishing import Finishing
from plugin.services.collection.hashing import Hasher
from plugin.services.collection.hooks import NO_ADDRESS, Hooks
from plugin.services.collection.looking import Looker
from plugin.services.collection.reconciling import Reconciler
from plugin.services.collection.reviewing import ReviewKeeper
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.measures.trial_calls import TrialCalls
from plugin.stores.review.hints import Hints
from plugin.stores.review.hook_notes import HookNotes
from plugin.stores.review.look_notes import LookNotes

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


@dataclass(frozen=True)
class Following(Notifications):
    """What is known of Label Studio's calls, and of our looks at it."""

    @cached_property
    def hook_secrets(self) -> HookSecrets:
        """By which we know Label Studio's calls."""
        return HookSecrets(self.store)

    @cached_property
    def hook_notes(self) -> HookNotes:
        """Which batches Label Studio tells us of."""
        return HookNotes(self.redis)

    @cached_property
    def trial_calls(self) -> TrialCalls:
        """Which of the doctor's calls came."""
        return TrialCalls(self.redis)

    @cached_property
    def hints(self) -> Hints:
        """Where something happened, as Label Studio told us."""
        return Hints(self.redis)

    @property
    def hook_trouble(self) -> str:
        """Why Label Studio does not call us, with what to change; "" where nothing is wrong."""
        return self.hook_notes.trouble() if self.config.public_url else NO_ADDRESS

    @cached_property
    def look_notes(self) -> LookNotes:
        """When batches were looked at, and what was seen."""
        return LookNotes(self.redis)


def hooks_of(parts: "Application") -> Hooks:
    """Label Studio's calls when something happens."""
    return Hooks(parts.label_studio, parts.hook_secrets, parts.hook_notes, parts.config.public_url)


def reconciler_of(parts: "Application") -> Reconciler:
    """What is true of every batch, told or not."""
    return Reconciler(
        index=parts.batch_index, notes=parts.look_notes, label_studio=parts.label_studio,
        collector=parts.collector, hooks=parts.hooks, locks=parts.locks, clock=utc_now,
    )  # fmt: skip


def collector_of(parts: "Application") -> Collector:
    """From Label Studio back to us."""
    batches, label_studio = parts.batches, parts.label_studio
    return Collector(
        batches=batches, label_studio=label_studio,
        looker=Looker(label_studio, parts.look_notes, utc_now),
        keeper=ReviewKeeper(
            batches, parts.reviews, parts.spool, Hasher(parts.history, parts.spool), label_studio,
            utc_now,
        ),
        opener=parts.opener,
        indexer=parts.indexer,
        finishing=Finishing(batches, parts.notifier, lambda: _managers(parts)), locks=parts.locks,
    )  # fmt: skip


def _managers(parts: "Application") -> Sequence[str]:
    """Who is told that a batch is finished: LSAL_MANAGERS; where it is empty, by their role."""
    members = parts.config.managers or [
        each.email for each in parts.team.members() if each.active and each.is_manager
    ]
    return tuple(members)
