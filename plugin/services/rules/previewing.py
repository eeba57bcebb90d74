"""Preview: what settings would have kept of the events that came in lately.

Both the settings in force and those proposed are tried on the same sample, with the same draws and
with caps that begin empty. Images are not looked at, so near-duplicates pass; and what clients at
the edge turned away on their own never came in.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from plugin.domain.deciding import Decider
from plugin.domain.estimating import EstimatedBudget
from plugin.domain.settings import ProjectSettings
from plugin.formats.predictions import expected_by
from plugin.stores.measures.traffic import Traffic
from plugin.stores.measures.traffic_records import RecordedEvent
from plugin.stores.settings_history import SettingsHistory

FRESH_FOR = 60.0
"""Seconds for which a process goes on with a sample that it has read."""

MAX_SAMPLES = 2
"""Samples that a process keeps: of events with 20 boxes each takes some 30 MB."""


class Preview(NamedTuple):
    """What two settings would have kept, in events.

    Where more came in than was recorded, every figure is an estimate: `recorded` events stand for
    `events`. The rules are those of the settings now and proposed, each with the frames it would
    have been charged for. `since` and `until` are the times of the first and the last event, None
    where there are none. The switch is left out: both are tried as if they were on.
    """

    events: int
    kept_now: int
    kept_proposed: int
    rules_now: dict[str, int]
    rules_proposed: dict[str, int]
    since: datetime | None = None
    until: datetime | None = None
    recorded: int = 0

    @property
    def is_estimate(self) -> bool:
        """Whether each recorded event stands for more than itself."""
        return self.events > self.recorded


class _Kept(NamedTuple):
    total: int
    by_rule: dict[str, int]


@dataclass(frozen=True)
class Previewer:
    """Tries settings on samples of recent events. Safe to share between threads."""

    history: SettingsHistory
    traffic: Traffic
    monotonic: Callable[[], float] = time.monotonic
    _samples: dict[str, tuple[float, Sequence[RecordedEvent]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def compare(self, project: str, proposed: ProjectSettings) -> Preview:
        """Try proposed settings and those in force on the same events.

        Raises:
            NotFoundError: there is no such project.
            RedisError: Redis is away.
        """
        events = self._sample(project)
        now = _kept(events, self.history.newest(project).settings)
        then = _kept(events, proposed)
        return Preview(
            events=round(sum(event.weight for event in events)),
            kept_now=now.total, kept_proposed=then.total,
            rules_now=now.by_rule, rules_proposed=then.by_rule,
            since=events[0].at if events else None, until=events[-1].at if events else None,
            recorded=len(events),
        )  # fmt: skip

    def _sample(self, project: str) -> Sequence[RecordedEvent]:
        with self._lock:  # who asks at the same moment gets the same sample
            read_at, events = self._samples.pop(project, (0.0, ()))
            now = self.monotonic()
            if not events or now - read_at >= FRESH_FOR:
                read_at, events = now, self.traffic.recent(project)
            self._samples[project] = (read_at, events)
            if len(self._samples) > MAX_SAMPLES:
                del self._samples[next(iter(self._samples))]
        return events


def _kept(events: Sequence[RecordedEvent], settings: ProjectSettings) -> _Kept:
    """What settings would have kept of events, in their order."""
    settings = settings.model_copy(update={"enabled": True})
    decide, budget = Decider(settings).decide, EstimatedBudget(settings)
    classes = expected_by(settings).classes
    charged: defaultdict[str, float] = defaultdict(float)
    for event in events:
        if classes is not None and not event.classes <= classes:
            continue  # it would be refused
        verdict = decide(event.event_id, event.prediction)
        if verdict.refused is None:
            granted = budget.grant(event.event_id, event.weight, verdict.matched, event.at)
            for rule, number in granted.items():
                charged[rule] += number
    by_rule = {rule.name: round(charged[rule.name]) for rule in settings.rules}
    return _Kept(round(sum(charged.values())), by_rule)
