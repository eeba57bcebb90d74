"""The server's front: events and uploads are taken here, everything else is Flask's.

It speaks RSGI (`granian --interface rsgi --factory webhook_server.front:create_front`), so that a
thousand slow cameras are a thousand waiting tasks and not a thousand threads.
"""

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.services.intake.grouping import KeepingQueue
from plugin.stores.measures.flushing import Flusher
from webhook_server import wsgi
from webhook_server.app import create_app
from webhook_server.gathering import Gathered
from webhook_server.intake.bodies import Bounds, Room
from webhook_server.intake.events import EventRoutes
from webhook_server.intake.patience import Patience
from webhook_server.intake.rates import RateLimit
from webhook_server.intake.reception import Reception
from webhook_server.intake.requests import Exchange, Request, Scope
from webhook_server.intake.uploads import UploadRoutes
from webhook_server.observing import Asked, log_refusal
from webhook_server.piecewise import Pieces
from webhook_server.replies import DEFECT, EXPECTED_ERRORS, PROBLEM, RefusedError, Reply, reply_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

EVENTS = "/v1/projects/<project>/events"
UPLOADS = "/v1/uploads/<project>/<frame_id>"

MAX_PAGE_BODY = 2_000_000
"""Bytes that a request to one of Flask's routes may have."""

_PROJECTS, _UPLOADS = ["v1", "projects"], ["v1", "uploads"]

Handler = Callable[..., Awaitable[Reply | None]]


@dataclass(frozen=True)
class Front:
    """What granian calls."""

    parts: Application
    pages: "WSGIApplication"
    keeping: KeepingQueue
    routes: Mapping[str, tuple[str, Handler]]
    bounds: Bounds
    gathered: Gathered
    flusher: Flusher

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Called once, before the first request."""
        self.start()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Called once, after the last."""
        self.stop()

    def start(self) -> None:
        """Start the threads that work behind us."""
        # What was imported stays: the garbage collector need not look at it again and again.
        gc.freeze()
        self.keeping.start()
        self.flusher.start()

    def stop(self) -> None:
        """Finish what was begun."""
        self.keeping.stop()
        self.flusher.stop()

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        request = Request(scope, exchange, self.bounds, self.parts.config.public_url)
        path = scope.path.split("/")
        if len(path) == 5 and path[1:3] == _PROJECTS and path[4] == "events":
            await self._answer(request, EVENTS, (path[3],))
        elif len(path) == 5 and path[1:3] == _UPLOADS:
            await self._answer(request, UPLOADS, (path[3], path[4]))
        else:
            await self._page(request)

    async def _answer(self, request: Request, route: str, names: tuple[str, ...]) -> None:
        """Answer one of our own routes; measured and logged here, as Flask's are there."""
        started, reply = time.perf_counter(), None
        method, handle = self.routes[route]
        try:
            _expect(request, method)
            reply = await handle(request, *names)
        except EXPECTED_ERRORS as error:
            reply = self._refusal(request, route, names, error)
            await request.drain()
        except Exception:
            log.exception("%s failed", route)
            reply = Reply(500, DEFECT, PROBLEM)
            await request.drain()
        if reply is not None:
            self._send(request, reply)
        status = reply.status if reply else 200
        self.gathered.took(route, status, time.perf_counter() - started)

    def _refusal(
        self, request: Request, route: str, names: tuple[str, ...], error: Exception
    ) -> Reply:
        reply, method = reply_of(error), request.scope.method
        asked = Asked(
            method,
            route,
            dict(zip(_NAMES[route], names, strict=True)),
            request.header("x-request-id"),
        )
        identifier = log_refusal(asked, reply.status, reply.body)
        headers = [*reply.headers, ("x-request-id", identifier)]
        return Reply(reply.status, reply.body, headers)

    async def _page(self, request: Request) -> None:
        """Give the answer of Flask, which measures and logs for itself."""
        try:
            with request.raw_body() as raw:
                body = await raw.read(MAX_PAGE_BODY)
                answer = await asyncio.to_thread(wsgi.call, self.pages, request.scope, body)
        except RefusedError as error:
            await request.drain()
            answer = reply_of(error)
        if isinstance(answer, Pieces):
            await answer.send(request.exchange)
        else:
            self._send(request, answer)

    @staticmethod
    def _send(request: Request, reply: Reply) -> None:
        request.exchange.response_bytes(reply.status, reply.headers, reply.body)


def _expect(request: Request, method: str) -> None:
    if request.scope.method != method:
        raise RefusedError(405, "Method not allowed", f"expected {method}", ("allow", method))


_NAMES = {EVENTS: ("project",), UPLOADS: ("project", "frame_id")}


def create_front(parts: Application | None = None) -> Front:
    """Put the server together from the parts given, or from what the environment says."""
    parts = parts or application(checked=False)
    config = parts.config
    keeping = KeepingQueue(parts.keeper)
    gathered = Gathered(parts.funnel, parts.activity, parts.metrics, utc_now)
    reception = Reception(
        receiver=parts.receiver, keeping=keeping, funnel=parts.funnel, activity=parts.activity,
        gathered=gathered, rates=RateLimit(config.max_event_rate), clock=utc_now,
    )  # fmt: skip
    events = EventRoutes(parts.deployments, parts.signatures, reception, config.max_body)
    uploads = UploadRoutes(parts.upload_addresses, parts.completer, config.max_body, utc_now)
    return Front(
        parts=parts,
        pages=create_app(parts),
        keeping=keeping,
        routes={EVENTS: ("POST", events.post), UPLOADS: ("PUT", uploads.put)},
        bounds=Bounds(Room(config.max_buffered_mb * 1_000_000), Patience()),
        gathered=gathered,
        flusher=Flusher((gathered, *parts.counted)),
    )
