"""Caps charge and give back as Roboflow Inference's limits do, on a real Redis."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats.roboflow_config import settings_from
from plugin.stores.candidates.admission import AdmissionControl, Candidate, Grant
from tests.conformance.roboflow import CASES, CLASSES, Case, check, configuration

LIMITS = [
    pytest.param(each, id=f"{each['id']}: {each['note']}")
    for each in CASES
    if each["kind"] == "limits"
]


class _Session:
    """Plays a case's events; credits go back in the order in which they were granted."""

    def __init__(self, redis: Redis, settings: ProjectSettings) -> None:
        self._control, self._settings = AdmissionControl(redis), settings
        self._granted: list[Grant] = []
        self._number = 0

    def play(self, event: dict[str, Any]) -> Iterator[str | None]:
        now = datetime.fromisoformat(event["at"]).replace(tzinfo=UTC)
        if event["op"] == "return":
            yield self._give_back(event["strategy"])
        for _ in range(event.get("times", 0)):
            yield self._use(event["matching"], now)

    def _use(self, matching: list[str], now: datetime) -> str | None:
        self._number += 1
        matched = tuple(rule for rule in self._settings.rules if rule.name in matching)
        candidate = Candidate(f"frame-{self._number}", "digest", matched)
        admission = self._control.admit(self._settings, candidate, now)
        if admission.kind != "granted":
            assert admission.kind == "full"
            return None
        self._granted.append(Grant(candidate.frame_id, "digest", admission.rule, now))
        return admission.rule

    def _give_back(self, rule: str) -> str:
        oldest = next(each for each in self._granted if each.rule == rule)
        self._granted.remove(oldest)
        assert self._control.release(self._settings, oldest)
        return "returned"


@pytest.mark.parametrize("case", LIMITS)
def test_who_is_charged(redis: Redis, case: Case) -> None:
    everything = {"type": "random", "traffic_percentage": 1.0}
    strategies = [everything | strategy for strategy in case["input"]["strategies"]]
    config = configuration(strategies)
    settings = settings_from(config, TaskType.OBJECT_DETECTION, CLASSES, "parts")
    session = _Session(redis, settings)
    charged = [rule for event in case["input"]["events"] for rule in session.play(event)]
    check(case, {"charged": charged})
