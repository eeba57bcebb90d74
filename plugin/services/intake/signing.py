"""Signed posts: whether one was made by the deployment it says, and for the first time."""

from dataclasses import dataclass
from datetime import datetime

from plugin.domain.deployment import Deployment
from plugin.domain.errors import ConflictError
from plugin.formats.signatures import Headers, read_headers, verify
from plugin.stores.access.replays import Replays


@dataclass(frozen=True)
class SignatureCheck:
    """Checks posts of the deployments that sign; those of the others are fine as they are."""

    replays: Replays

    def check(self, deployment: Deployment, headers: Headers, body: bytes, now: datetime) -> None:
        """Check a post, before anything is made of it.

        Args:
            deployment: whose key came with it.
            headers: names in any case, or all of them in lower case.
            body: as it came over the wire, still compressed where it was.
            now: the time it came in.

        Raises:
            NotAuthenticatedError: it is not signed, or not by this deployment, or not just now.
            ConflictError: a post with this webhook-id was taken before.
        """
        if not deployment.signs:
            return
        signed = read_headers(headers)
        verify(signed, body, deployment.signing_secrets, now)
        # Only what is rightly signed is remembered: nobody else can fill the memory.
        if not self.replays.use(deployment.project, deployment.id, signed.id):
            raise ConflictError(
                f"webhook-id {signed.id!r} was used before: every post needs another one"
            )

    def forget(self, deployment: Deployment, headers: Headers) -> None:
        """Let a checked post come again as it is: it was answered with a 5xx, and is not taken."""
        if deployment.signs:
            signed = read_headers(headers)
            self.replays.free(deployment.project, deployment.id, signed.id)
