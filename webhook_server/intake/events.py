"""POST …/events: an event as JSON or as a form, or many as NDJSON."""

import asyncio
from dataclasses import dataclass

import msgspec
from redis.exceptions import RedisError

from plugin.domain.deciding import Outcome
from plugin.domain.errors import FieldError, InvalidInputError, UnavailableError
from plugin.formats.event_ids import MAX_EVENT_ID
from plugin.formats.native import PostedEvent, decode_event
from plugin.services.intake.signing import SignatureCheck
from plugin.stores.access.deployments import Deployment, Deployments
from webhook_server.intake.bodies import Body, Whole
from webhook_server.intake.forms import parse_form
from webhook_server.intake.reception import Reception
from webhook_server.intake.requests import Request, authenticate
from webhook_server.intake.streams import EventStream
from webhook_server.replies import JSON, RefusedError, Reply


@dataclass(frozen=True)
class EventRoutes:
    """Receives events."""

    deployments: Deployments
    signatures: SignatureCheck
    reception: Reception
    max_body: int

    async def post(self, request: Request, project: str) -> Reply | None:
        """Take what is posted; None where the answer was streamed.

        Raises:
            ActiveLearningError: it is refused as a whole.
        """
        header = request.header("authorization")
        deployment = authenticate(header, self.deployments, project)
        request.flag("explain")  # also where it changes nothing, it must say something
        if deployment.signs:
            return await self._signed(request, deployment)
        try:
            with request.body() as body:
                return await self._receive(request, deployment, body)
        except InvalidInputError:
            # It posts, if only rubbish.
            self.reception.saw(deployment)
            raise

    async def _signed(self, request: Request, deployment: Deployment) -> Reply | None:
        """As `_receive`, once the signature over the whole body is checked."""
        headers, now = request.headers, self.reception.clock()
        with request.raw_body() as raw:
            data = await raw.read(self.max_body)
            # It asks Redis, which may take its time.
            await asyncio.to_thread(self.signatures.check, deployment, headers, data, now)
            try:
                with Body(Whole(data), None, request.encoding, request.bounds) as body:
                    return await self._receive(request, deployment, body)
            except (UnavailableError, RedisError, RefusedError):
                await asyncio.to_thread(self.signatures.forget, deployment, headers)
                raise

    async def _receive(self, request: Request, deployment: Deployment, body: Body) -> Reply | None:
        match request.media_type:
            case "application/json":
                self.reception.rates.take(deployment.id)
                event = decode_event(await body.read(self.max_body))
                return await self._answer(request, deployment, event, None)
            case "multipart/form-data":
                self.reception.rates.take(deployment.id)
                data, kind = await body.read(self.max_body), request.header("content-type")
                event, image = parse_form(data, kind)
                return await self._answer(request, deployment, event, image)
            case "application/x-ndjson":
                await EventStream(self.reception, request, deployment, self.max_body).run(body)
                return None
        expected = "application/json, multipart/form-data or application/x-ndjson"
        raise RefusedError(415, "Unsupported media type", f"Content-Type: expected {expected}")

    async def _answer(
        self, request: Request, deployment: Deployment, event: PostedEvent, image: bytes | None
    ) -> Reply:
        event = _with_key(event, request.header("idempotency-key"))
        answer = await self.reception.receive(deployment, event, image)
        status = 202 if answer.outcome is Outcome.KEPT else 200
        return Reply(status, msgspec.json.encode(request.with_whole_address(answer)), JSON)


def _with_key(event: PostedEvent, key: str) -> PostedEvent:
    """The event with the header Idempotency-Key as its id, where it has none of its own."""
    if not key:
        return event
    if len(key) > MAX_EVENT_ID:
        expected = f"at most {MAX_EVENT_ID} characters"
        raise InvalidInputError(FieldError("Idempotency-Key", key, expected))
    return event if event.event_id else msgspec.structs.replace(event, event_id=key)
