"""Webhooks of Label Studio, registered by us: it calls when something happens in a batch.

Community knows them by project alone, so every batch has one. A call is a hint and no more; where
none comes, reviews are seen a minute later (`reconciling`).
"""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.domain.summaries import BatchSummary
from plugin.labelstudio.values import Webhook
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.review.hook_notes import HookNotes

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

EVENTS = "/v1/label-studio/events"
SECRET_HEADER = "X-LSAL-Secret"  # noqa: S105  its name, not what it is
ACTIONS = frozenset(
    {
        "ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED",
        "TASKS_CREATED", "TASKS_DELETED",
    }
)  # fmt: skip
"""What we want to hear of; of a project's end none of its own webhooks is told."""

PER_RUN = 25
"""Batches whose webhooks are looked at in one run."""

NO_ADDRESS = (
    "LSAL_PUBLIC_URL is empty, so Label Studio cannot tell us of reviews: they are seen within a"
    " minute, not within seconds. Set it to where Label Studio reaches this server"
)
_REFUSALS = {
    400: "; LSAL_PUBLIC_URL must be an address",
    403: "; start Label Studio with SSRF_PROTECTION_ENABLED=false, or name a public address",
    500: "; LSAL_PUBLIC_URL must be an address that Label Studio can resolve",
}
"""How Label Studio refuses to call an address, and what to change."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hooks:
    """Sees to it that every open batch has one webhook of ours; `public_url` is where we are."""

    label_studio: "LabelStudioGateway"
    secrets: HookSecrets
    notes: HookNotes
    public_url: str

    def ensure(self, batches: Iterable[BatchSummary]) -> None:
        """Register what is missing or leads elsewhere, for the first PER_RUN that need it.

        Raises:
            LabelStudioError: it fails or does not answer; what it refuses is noted.
        """
        if not self.public_url or self.notes.trouble():
            return
        known = self.notes.all()
        wanted = [(batch, self._wanted(batch)) for batch in batches if not batch.closed]
        due = [each for each in wanted if known.get(each[0].label_studio_id) != _digest(each[1])]
        for batch, webhook in due[:PER_RUN]:
            if not self._ensure(batch, webhook):
                return

    def _ensure(self, batch: BatchSummary, wanted: Webhook) -> bool:
        """Whether the next one may be tried."""
        try:
            self._replace(wanted)
        except NotFoundError:
            return True  # the batch was deleted; collecting finds out
        except LabelStudioError as error:
            if error.status not in _REFUSALS:
                raise
            fix = _REFUSALS[error.status]
            said = f"Label Studio refuses to call {self.public_url}: {error.reason}{fix}"
            log.warning("%s", said)
            self.notes.refused(said)
            return False
        self.notes.save(batch.label_studio_id, _digest(wanted))
        return True

    def _replace(self, wanted: Webhook) -> None:
        """Leave one such webhook, and none of ours that leads elsewhere."""
        found = self.label_studio.webhooks(wanted.project)
        same = [each for each, webhook in found.items() if webhook == wanted]
        if not same:
            same = [self.label_studio.add_webhook(wanted)]
        for each, webhook in found.items():
            if each not in same[:1] and SECRET_HEADER in webhook.headers:
                self.label_studio.remove_webhook(each)

    def _wanted(self, batch: BatchSummary) -> Webhook:
        names = urlencode({"project": batch.project, "batch": batch.name})
        return Webhook(
            project=batch.label_studio_id,
            url=f"{self.public_url.rstrip('/')}{EVENTS}?{names}",
            headers={SECRET_HEADER: self.secrets.of(batch.project, batch.name)},
            actions=ACTIONS,
        )


def _digest(webhook: Webhook) -> str:
    said = f"{webhook.url} {sorted(webhook.headers.items())} {sorted(webhook.actions)}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
