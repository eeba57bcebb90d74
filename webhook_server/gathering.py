"""What a process answers, gathered where it costs a request a fraction of a microsecond."""

import threading
from collections import Counter, defaultdict
from datetime import datetime

from plugin.clock import Clock
from plugin.domain.deciding import Outcome
from plugin.services.intake.counting import PASSED
from plugin.stores.access.deployments import Deployment
from plugin.stores.measures.activity import Activity
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.metrics import REQUEST_SECONDS, Metrics


class Gathered:
    """Events that were answered one by one, and how long requests took; `flush` hands them on.

    Events that are kept are counted where they are kept: here it counts that they came.
    """

    def __init__(self, funnel: Funnel, activity: Activity, metrics: Metrics, clock: Clock) -> None:
        self._funnel = funnel
        self._activity = activity
        self._metrics = metrics
        self._clock = clock
        self._lock = threading.Lock()
        self._met: set[str] = set()
        self._deployments: dict[str, Deployment] = {}
        self._events: Counter[tuple[str, str, Outcome]] = Counter()
        self._seconds: defaultdict[tuple[str, int], list[float]] = defaultdict(list)

    def event(self, deployment: Deployment, model_version: str, outcome: Outcome) -> None:
        """Count an event; of a deployment's first one it is known at once that it posts."""
        if deployment.id not in self._met:
            # So that a project may be switched on as soon as the first post was answered.
            self._met.add(deployment.id)
            self._activity.saw(deployment, "", 0, self._clock())
        with self._lock:
            self._deployments[deployment.id] = deployment
            self._events[deployment.id, model_version, outcome] += 1

    def took(self, route: str, status: int, seconds: float) -> None:
        """Note how long a request took."""
        with self._lock:
            self._seconds[route, status // 100].append(seconds)

    def flush(self) -> None:
        """Hand on what was gathered."""
        with self._lock:
            deployments, self._deployments = self._deployments, {}
            events, self._events = self._events, Counter()
            seconds, self._seconds = self._seconds, defaultdict(list)
        now = self._clock()
        for (identifier, version, outcome), number in events.items():
            self._count(deployments[identifier], version, (outcome, number), now)
        for (route, hundreds), taken in seconds.items():
            self._metrics.observe_all(REQUEST_SECONDS, (route, f"{hundreds}xx"), taken)

    def _count(
        self, deployment: Deployment, version: str, events: tuple[Outcome, int], now: datetime
    ) -> None:
        outcome, number = events
        self._activity.saw(deployment, version, number, now)
        if outcome is not Outcome.KEPT:
            stages = dict.fromkeys(PASSED[outcome], number)
            self._funnel.count_all(deployment.project, stages, now)
