"""PUT /v1/uploads/…: the image of a frame that was kept, after the decision."""

import asyncio
from dataclasses import dataclass

import msgspec

from plugin.clock import Clock
from plugin.domain.deciding import Outcome
from plugin.services.intake.completing import Completer
from plugin.stores.access.upload_addresses import UploadAddresses
from webhook_server.intake.requests import Request
from webhook_server.replies import JSON, Reply


@dataclass(frozen=True)
class UploadRoutes:
    """Receives images; an address is its own key."""

    addresses: UploadAddresses
    completer: Completer
    max_body: int
    clock: Clock

    async def put(self, request: Request, project: str, frame_id: str) -> Reply:
        """Take an image.

        Raises:
            ActiveLearningError: it is refused, or could not be stored.
        """
        expires, signature = request.query("expires"), request.query("signature")
        self.addresses.check(project, frame_id, expires, signature, self.clock())
        with request.body() as body:
            image = await body.read(self.max_body)
            answer = await asyncio.to_thread(
                self.completer.complete, project, frame_id, image, self.clock()
            )
        status = 202 if answer.outcome is Outcome.KEPT else 200
        return Reply(status, msgspec.json.encode(answer), JSON)
