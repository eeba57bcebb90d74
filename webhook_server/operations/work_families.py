"""Who works, what is used up and what is reviewed, as Prometheus's metric families. No I/O."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from plugin.domain.settings import ProjectSettings
from plugin.domain.windows import WINDOWS, limited
from plugin.queue_state import Crew
from plugin.stores.candidates.used import Used
from plugin.stores.frames.batch_index_rows import ProjectTotals
from plugin.stores.measures.heartbeats import Heartbeat
from plugin.stores.measures.metrics import IMPORTED_FRAMES

MEMORY = {
    "lsal_redis_used_bytes": "Memory that Redis uses.",
    "lsal_redis_max_bytes": "Memory that Redis may use (maxmemory); 0 where nothing limits it.",
    "lsal_server_resident_bytes": "Memory of the server's process that answered.",
}


def of_crew(crew: Crew, now: datetime) -> Iterator[Metric]:
    """Workers, and the scheduler's silence."""
    workers = GaugeMetricFamily("lsal_workers", "Workers by what they do.", labels=["state"])
    workers.add_metric(["busy"], crew.busy)
    workers.add_metric(["idle"], crew.workers - crew.busy)
    silence = (now - crew.scheduler).total_seconds() if crew.scheduler else math.inf
    yield from (
        workers,
        GaugeMetricFamily(
            "lsal_scheduler_silent_seconds",
            "Seconds since the scheduler's last sign of life; +Inf where there is none.",
            value=max(0.0, silence),
        ),
    )


def of_jobs(beats: Mapping[str, Heartbeat], now: datetime) -> Metric:
    """How long ago each periodic job ended well."""
    family = GaugeMetricFamily(
        "lsal_job_silent_seconds", "Seconds since a job last ended well.", labels=["job"]
    )
    for name, beat in beats.items():
        if beat.worked:
            silence = max(0.0, (now - beat.worked).total_seconds())
            family.add_metric([name.rpartition(".")[2]], silence)
    return family


def of_caps(projects: Mapping[str, tuple[ProjectSettings, Used | None]]) -> Iterator[Metric]:
    """How much of their caps projects have used, where they have any."""
    used = GaugeMetricFamily(
        "lsal_cap_used_frames", "Frames kept in the current window of a cap.",
        labels=["project", "window"],
    )  # fmt: skip
    limit = GaugeMetricFamily(
        "lsal_cap_frames", "Frames that a cap allows in its window.", labels=["project", "window"]
    )
    for project, (settings, counted) in projects.items():
        numbers = dict(zip(WINDOWS, counted or (0, 0, 0), strict=True))
        for window, number in limited(settings.limits):
            used.add_metric([project, window], numbers[window])
            limit.add_metric([project, window], number)
    yield from (used, limit)


def of_imports(imported: Mapping[tuple[str, ...], int]) -> Metric:
    """Frames that became tasks."""
    family = CounterMetricFamily(
        IMPORTED_FRAMES, "Frames that became tasks in Label Studio.", labels=["project"]
    )
    for labels, number in imported.items():
        family.add_metric(labels, number)
    return family


def of_reviews(projects: Mapping[str, ProjectTotals]) -> Metric:
    """How far the review of all batches is."""
    family = GaugeMetricFamily(
        "lsal_review_images", "Images in Label Studio by how far their review is.",
        labels=["project", "state"],
    )  # fmt: skip
    for project, totals in projects.items():
        family.add_metric([project, "open"], totals.images - totals.done)
        family.add_metric([project, "done"], totals.done)
    return family


def of_memory(values: Mapping[str, int]) -> Iterator[Metric]:
    """Memory, of what is known: Redis, and the process that answers."""
    for name, help_text in MEMORY.items():
        if name in values:
            yield GaugeMetricFamily(name, help_text, value=values[name])
