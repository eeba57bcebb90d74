"""Caps over a sample: an event that stands for forty is granted as much of forty as there is room.

With events that stand for themselves alone it answers as `Budget` does, and a test holds the two
together; Redis, which decides in production, cannot be asked for what is not to be charged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

from plugin.domain.settings import Limits, ProjectSettings, Rule
from plugin.domain.windows import Window, limited, window_starts


@dataclass(slots=True)
class _Used:
    """What is used of one window."""

    window: Window
    limit: int
    start: int = 0
    used: float = 0.0


class _Scope:
    """The windows of the project or of one rule."""

    def __init__(self, limits: Limits) -> None:
        self._windows = [_Used(window, limit) for window, limit in limited(limits)]

    def room(self, now: datetime, timezone: ZoneInfo) -> float:
        """What may still be granted now; without end where nothing is limited."""
        if not self._windows:
            return inf
        starts = window_starts(now, timezone)
        for each in self._windows:
            if each.start < starts[each.window]:
                each.start, each.used = starts[each.window], 0.0
        return min(each.limit - each.used for each in self._windows)

    def charge(self, number: float) -> None:
        """Use what there was room for."""
        for each in self._windows:
            each.used += number


class EstimatedBudget:
    """Admission of weighted events by one version of the settings; it remembers what it granted."""

    def __init__(self, settings: ProjectSettings) -> None:
        """Begin with nothing used."""
        self._timezone = ZoneInfo(settings.batch.timezone)
        self._project = _Scope(settings.limits)
        self._rules = {rule.name: _Scope(rule.limits) for rule in settings.rules}
        self._any = _Scope(Limits())
        self._granted: set[str] = set()

    def grant(
        self, event_id: str, weight: float, matched: Sequence[Rule], now: datetime
    ) -> dict[str, float]:
        """Charge the project and the first matching rules that have budget.

        Args:
            event_id: one that was granted before is granted nothing.
            weight: how many events it stands for.
            matched: rules of the settings in their order; none where there are none.
            now: the time; it may not go back.

        Returns:
            How many frames each rule was charged for; "" is charged where there are no rules.
        """
        granted: dict[str, float] = {}
        if event_id in self._granted:
            return granted
        left = min(weight, self._project.room(now, self._timezone))
        for name in [rule.name for rule in matched] or [""]:
            scope = self._rules.get(name, self._any)
            number = min(left, scope.room(now, self._timezone))
            if number > 0:
                scope.charge(number)
                granted[name] = number
                left -= number
        if granted:
            self._project.charge(sum(granted.values()))
            self._granted.add(event_id)
        return granted
