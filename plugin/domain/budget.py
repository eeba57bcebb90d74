"""Caps and remembered events in memory, for one process alone: a replay, a model at the edge.

It answers as the script in Redis does (`stores/admit.lua`, near-duplicates aside), and a test holds
the two together. Its memory is constant: a counter for each window of each rule, and the newest
`max_remembered` kept events. An older one that comes again is taken for new.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from plugin.domain.settings import Limits, ProjectSettings, Rule
from plugin.domain.windows import Window, limited, window_starts

REMEMBER = 7 * 24 * 3600
"""Seconds for which a kept event is remembered, at least; as in Redis it is twice as many at most.

Time is cut into generations of this length, and an event is known in its own and in the next.
"""

MAX_REMEMBERED = 100_000
"""Kept events that are remembered at most: some 50 MB."""

Starts = Mapping[Window, int]
"""When the current minute, hour and day began, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The answer: `rule` names the one charged ("" without rules), `full` the cap reached."""

    kind: Literal["granted", "known", "conflict", "full"]
    rule: str = ""
    full: str = ""


@dataclass(slots=True)
class _Counter:
    """What one scope has used of one window."""

    window: Window
    limit: int
    start: int = 0
    used: int = 0

    def is_full(self, start: int) -> bool:
        # A clock that was set back stays in the window it had reached: nothing is granted twice.
        return (self.used if self.start >= start else 0) >= self.limit

    def charge(self, start: int) -> None:
        if self.start < start:
            self.start, self.used = start, 0
        self.used += 1

    def give_back(self, start: int) -> None:
        # A window that is over keeps its count: the credit belongs to no other.
        if self.start == start and self.used > 0:
            self.used -= 1


class _Scope:
    """The counters of the project ("") or of one rule."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.counters = [_Counter(window, limit) for window, limit in limited(limits)]

    def refusal(self, starts: Starts) -> Admitted | None:
        """The answer where a window is full."""
        for counter in self.counters:
            if counter.is_full(starts[counter.window]):
                return Admitted("full", full=cap_in_words(self.name, counter.window))
        return None

    def charge(self, starts: Starts) -> None:
        for counter in self.counters:
            counter.charge(starts[counter.window])

    def give_back(self, starts: Starts) -> None:
        for counter in self.counters:
            counter.give_back(starts[counter.window])


class Budget:
    """Admission by one version of the settings."""

    def __init__(self, settings: ProjectSettings, max_remembered: int = MAX_REMEMBERED) -> None:
        """Begin with nothing used and nothing remembered."""
        self._project = _Scope("", settings.limits)
        self._rules = {rule.name: _Scope(rule.name, rule.limits) for rule in settings.rules}
        self._timezone = ZoneInfo(settings.batch.timezone)
        self._remembered: OrderedDict[tuple[int, str], tuple[str, str]] = OrderedDict()
        self._max_remembered = max_remembered

    def admit(
        self, frame_id: str, digest: str, matched: tuple[Rule, ...], now: datetime
    ) -> Admitted:
        """Charge the project and the first matching rule that has budget, or say why not.

        Args:
            frame_id: of the event.
            digest: tells two bodies under one id apart.
            matched: rules of the settings, in their order.
            now: the time; it may go back.
        """
        if known := self._recall(frame_id, now):
            same, rule = known[0] == digest, known[1]
            return Admitted("known", rule) if same else Admitted("conflict")
        starts = window_starts(now, self._timezone)
        if refusal := self._project.refusal(starts):
            return refusal
        scope, refusal = self._find_rule(matched, starts)
        if refusal:
            return refusal
        self._project.charge(starts)
        if scope:
            scope.charge(starts)
        answer = Admitted("granted", scope.name if scope else "")
        self._remember(frame_id, digest, answer.rule, now)
        return answer

    def release(self, frame_id: str, digest: str, rule: str, granted_at: datetime) -> bool:
        """Give a grant's credit back to the windows it came from; the event may come again.

        Returns:
            Whether the grant was still there.
        """
        key = (generation(granted_at), frame_id)
        if self._remembered.get(key) != (digest, rule):
            return False
        del self._remembered[key]
        starts = window_starts(granted_at, self._timezone)
        self._project.give_back(starts)
        if rule:
            self._rules[rule].give_back(starts)
        return True

    def _find_rule(
        self, matched: tuple[Rule, ...], starts: Starts
    ) -> tuple[_Scope | None, Admitted | None]:
        """The first rule with spare budget; or none, and the refusal of the first."""
        first: Admitted | None = None
        for rule in matched:
            scope = self._rules[rule.name]
            refusal = scope.refusal(starts)
            if refusal is None:
                return scope, None
            first = first or refusal
        return None, first

    def _recall(self, frame_id: str, now: datetime) -> tuple[str, str] | None:
        """Digest and rule of an event that was kept lately."""
        lately, remembered = generation(now), self._remembered
        return remembered.get((lately, frame_id)) or remembered.get((lately - 1, frame_id))

    def _remember(self, frame_id: str, digest: str, rule: str, now: datetime) -> None:
        self._remembered[generation(now), frame_id] = (digest, rule)
        if len(self._remembered) > self._max_remembered:
            self._remembered.popitem(last=False)


def generation(now: datetime) -> int:
    """The generation of remembered events at a time; one lasts as long as an event must."""
    return int(now.timestamp()) // REMEMBER


def cap_in_words(scope: str, window: str) -> str:
    """Which cap was reached: of a rule, or of the project (""), a minute, an hour or a day."""
    owner = f"rule {scope!r}" if scope else "project"
    return f"cap of the {owner} per {window}"
