"""Totals of all processes as Prometheus's metric families: names, labels, help. No I/O."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from plugin.domain.deciding import Outcome
from plugin.stores.frames.spool_depth import Depth
from plugin.stores.measures.metrics import (
    BUCKETS,
    LABEL_STUDIO_REQUESTS,
    REQUEST_SECONDS,
    Histogram,
)

Totals = Mapping[str, int]
"""Events by stage of the funnel, of one project."""


def of_events(projects: Mapping[str, Totals]) -> Iterator[Metric]:
    """What became of events, by project."""
    received = CounterMetricFamily(
        "lsal_events_received", "Events that deployments posted.", labels=["project"]
    )
    events = CounterMetricFamily(
        "lsal_events",
        "Events by what became of them, and by the rule that was charged.",
        labels=["project", "outcome", "rule"],
    )
    edge = CounterMetricFamily(
        "lsal_edge_events",
        "Events that clients turned away or dropped on their own, as they report them.",
        labels=["project", "outcome"],
    )
    for project, totals in projects.items():
        received.add_metric([project], totals.get("received", 0))
        for outcome, rule, number in _outcomes(totals):
            events.add_metric([project, outcome, rule], number)
        for outcome, number in _with_prefix(totals, "edge:"):
            edge.add_metric([project, outcome], number)
    yield from (received, events, edge)


def of_requests(requests: Mapping[tuple[str, ...], Histogram]) -> HistogramMetricFamily:
    """How long requests took, by route and class of status."""
    family = HistogramMetricFamily(
        REQUEST_SECONDS, "Seconds until a request was answered.", labels=["route", "status"]
    )
    bounds = [*map(str, BUCKETS), "+Inf"]
    for labels, histogram in requests.items():
        buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
        family.add_metric(labels, buckets, histogram.seconds)
    return family


def of_label_studio(requests: Mapping[tuple[str, ...], int]) -> CounterMetricFamily:
    """Requests to Label Studio, by how they ended."""
    family = CounterMetricFamily(
        LABEL_STUDIO_REQUESTS, "Requests to Label Studio by how they ended.", labels=["outcome"]
    )
    for labels, number in requests.items():
        family.add_metric(labels, number)
    return family


def of_queue(jobs: Mapping[str, int]) -> GaugeMetricFamily:
    """Jobs of RQ, by state."""
    family = GaugeMetricFamily("lsal_queue_jobs", "Jobs in RQ by state.", labels=["state"])
    for state, number in jobs.items():
        family.add_metric([state], number)
    return family


def of_spool(depths: Mapping[tuple[str, str], Depth], now: float) -> Iterator[GaugeMetricFamily]:
    """Frames in the spool by project and state, and the age of the oldest pending one."""
    frames = GaugeMetricFamily(
        "lsal_spool_frames", "Frames in the spool by state.", labels=["project", "state"]
    )
    oldest = GaugeMetricFamily(
        "lsal_spool_oldest_seconds",
        "Seconds that the oldest pending frame has waited for its import; 0 without one.",
        labels=["project"],
    )
    for (project, state), depth in depths.items():
        frames.add_metric([project, state], depth.frames)
        if state == "pending":
            age = 0.0 if depth.oldest is None else max(0.0, now - depth.oldest)
            oldest.add_metric([project], age)
    yield from (frames, oldest)


def of_dependencies(up: Mapping[str, bool]) -> GaugeMetricFamily:
    """Which dependencies answer."""
    family = GaugeMetricFamily(
        "lsal_dependency_up", "Whether a dependency answers (1) or not (0).", labels=["name"]
    )
    for name, is_up in up.items():
        family.add_metric([name], int(is_up))
    return family


def _outcomes(totals: Totals) -> Iterator[tuple[str, str, int]]:
    """Outcome, rule and number; kept events that no rule was charged for have the rule ""."""
    for outcome, number in _with_prefix(totals, "outcome:"):
        charged = list(_with_prefix(totals, "rule:")) if outcome == Outcome.KEPT else []
        for rule, of_rule in charged:
            yield outcome, rule, of_rule
        unruled = number - sum(of_rule for _, of_rule in charged)
        if unruled > 0:
            yield outcome, "", unruled


def _with_prefix(totals: Totals, prefix: str) -> Iterator[tuple[str, int]]:
    for stage in sorted(totals):
        if stage.startswith(prefix):
            yield stage.removeprefix(prefix), totals[stage]
