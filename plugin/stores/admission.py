"""The last word on a candidate: whether it is known already, and whether a cap has room for it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

from redis import Redis

from plugin.domain.settings import Limits, ProjectSettings, Rule
from plugin.domain.windows import windows

REMEMBER = 7 * 24 * 3600
"""Seconds for which a kept event is remembered."""

PROJECT = ""
"""The scope of the project's own caps; rules are scopes under their names."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that the settings would keep. `digest` tells two bodies under one id apart."""

    frame_id: str
    digest: str
    matched: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer: `rule` names the one charged ("" without rules), `full` the cap reached."""

    kind: Literal["granted", "known", "conflict", "full"]
    rule: str = ""
    full: str = ""


class AdmissionControl:
    """Caps and remembered events in Redis, asked in one atomic step."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._script = redis.register_script(_source())

    def admit(self, settings: ProjectSettings, candidate: Candidate, now: datetime) -> Admission:
        """Charge the project and the first matching rule that has budget, or say why not."""
        timezone = ZoneInfo(settings.batch.timezone)
        arguments: list[str | int] = [candidate.digest, REMEMBER]
        arguments += _scope(PROJECT, settings.limits, now, timezone)
        for rule in candidate.matched:
            arguments += _scope(rule.name, rule.limits, now, timezone)
        keys = [_counters(settings.project), _event(settings.project, candidate.frame_id)]
        return _admission(*self._script(keys=keys, args=arguments))

    def forget(self, settings: ProjectSettings, candidate: Candidate) -> None:
        """Forget a granted event that could not be stored, so that it may be posted again."""
        self._redis.delete(_event(settings.project, candidate.frame_id))


def _admission(kind: str, subject: str = "", window: str = "") -> Admission:
    match kind:
        case "conflict":
            return Admission("conflict")
        case "full":
            owner = f"rule {subject!r}" if subject else "project"
            return Admission("full", full=f"cap of the {owner} per {window}")
        case "granted" | "known" as granted:
            return Admission(granted, rule=subject)
        case _:
            raise AssertionError(f"admit.lua answered {kind!r}")


def _scope(name: str, limits: Limits, now: datetime, timezone: ZoneInfo) -> list[str | int]:
    flat: list[str | int] = []
    for window, start, limit in windows(limits, now, timezone):
        flat += (window, start, limit)
    return [name, len(flat) // 3, *flat]


def _counters(project: str) -> str:
    return f"lsal:{project}:caps"


def _event(project: str, frame_id: str) -> str:
    return f"lsal:{project}:event:{frame_id}"


@cache
def _source() -> str:
    return files("plugin.stores").joinpath("admit.lua").read_text()
