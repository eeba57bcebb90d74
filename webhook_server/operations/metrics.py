"""/metrics: the totals of all processes, whichever of them is asked."""

import hmac
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import NotAuthenticatedError
from plugin.queue_state import crew_of
from plugin.queues import open_queue
from plugin.stores.frames.spool_depth import STATES, Depth, spool_depth
from plugin.stores.measures.metrics import IMPORTED_FRAMES, LABEL_STUDIO_REQUESTS, REQUEST_SECONDS
from webhook_server.operations import families, work_families

SPOOL_FRESH_FOR = 5.0
"""Seconds for which the count of the spool's files stands."""


_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def blueprint(application: Application) -> Blueprint:
    """The route that Prometheus scrapes."""
    routes = Blueprint("metrics", __name__)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Totals(application))
    token = application.config.metrics_token.get_secret_value()

    @routes.get("/metrics")
    def metrics() -> Response:
        """Answer in the format that the scraper prefers."""
        if token:
            _authenticate(token)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    return routes


def _authenticate(token: str) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise NotAuthenticatedError("expected the header Authorization: Bearer <metrics token>")


class Totals(Collector):
    """Reads the totals anew for each scrape. What cannot be read is left out, never guessed.

    A counter that is absent goes on where it was; one that fell and came back would look like a
    restart, and all it had counted would count again.
    """

    def __init__(
        self, application: Application, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._application = application
        self._monotonic = monotonic
        self._spool: tuple[float, Mapping[tuple[str, str], Depth]] | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield every family that can be read now."""
        readiness = self._application.readiness
        away = set(readiness.problems())
        read = {"store": self._from_store, "redis": self._from_redis}
        for name in read.keys() - away:
            try:
                yield from list(read[name]())
            except (OSError, RedisError):
                away.add(name)
        yield from work_families.of_memory({"lsal_server_resident_bytes": _resident()})
        yield families.of_dependencies({name: name not in away for name in readiness.names})

    def _from_store(self) -> Iterator[Metric]:
        yield from families.of_spool(self._depths(), time.time())

    def _from_redis(self) -> Iterator[Metric]:
        app = self._application
        totals = {project: app.funnel.totals(project) for project in app.history.projects()}
        yield from families.of_events(totals)
        yield families.of_requests(app.metrics.histograms(REQUEST_SECONDS))
        yield families.of_label_studio(app.metrics.counters(LABEL_STUDIO_REQUESTS))
        yield families.of_queue(self._jobs())
        yield from self._of_work()

    def _of_work(self) -> Iterator[Metric]:
        app, now = self._application, utc_now()
        yield work_families.of_imports(app.metrics.counters(IMPORTED_FRAMES))
        yield from work_families.of_crew(crew_of(app.queue_redis), now)
        yield work_families.of_jobs(app.heartbeats.all(), now)
        settings = {name: app.history.current(name).settings for name in app.history.projects()}
        yield from work_families.of_caps(
            {name: (each, app.used_budget.of(each, now)) for name, each in settings.items()}
        )
        # An index that is not whole is left alone: asking how things are fills nothing.
        whole = app.batch_index.is_whole()
        yield work_families.of_reviews(app.batch_index.project_totals() if whole else {})
        memory = app.redis.info("memory")
        yield from work_families.of_memory(
            {
                "lsal_redis_used_bytes": memory["used_memory"],
                "lsal_redis_max_bytes": memory["maxmemory"],
            }
        )

    def _jobs(self) -> dict[str, int]:
        queue = open_queue(self._application.queue_redis)
        registries = {
            "started": queue.started_job_registry,
            "failed": queue.failed_job_registry,
            "scheduled": queue.scheduled_job_registry,
        }
        # Without RQ's clean-up, which changes jobs: asking how things are should change nothing.
        counts = {name: each.get_job_count(cleanup=False) for name, each in registries.items()}
        return {"queued": queue.count, **counts}

    def _depths(self) -> Mapping[tuple[str, str], Depth]:
        now = self._monotonic()
        if self._spool is None or now - self._spool[0] >= SPOOL_FRESH_FOR:
            app = self._application
            depths = {
                (project, state): spool_depth(app.store, project, state)
                for project in app.history.projects()
                for state in STATES
            }
            self._spool = now, depths
        return self._spool[1]


def _resident() -> int:
    """Bytes of memory that this process has now; where there is no /proc, that it had at most."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
    return pages * resource.getpagesize()
