"""The last word on a candidate: is it known, does it look like one kept lately, is there budget."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from redis import Redis

from plugin.domain.budget import REMEMBER, cap_in_words, generation
from plugin.domain.settings import Limits, ProjectSettings, Rule
from plugin.domain.windows import window_starts

__all__ = ["REMEMBER", "Admission", "AdmissionControl", "Candidate"]

GROUP = 500
"""Candidates in one call; Lua can pass no more than some thousand values to a function."""

PROJECT = ""
"""The scope of the project's own caps; rules are scopes under their names."""

Kind = Literal["granted", "known", "conflict", "near_duplicate", "full"]


class Candidate(msgspec.Struct, frozen=True):
    """An event that the settings would keep.

    `digest` tells two bodies under one id apart, `look` is the image's perceptual hash (64 bits)
    where near-duplicates are looked for.
    """

    frame_id: str
    digest: str
    matched: tuple[Rule, ...]
    look: int | None = None


class Admission(msgspec.Struct, frozen=True, array_like=True):
    """The answer.

    `rule` names the one charged ("" without rules); `scope` ("" for the project) and `window` the
    cap reached; `twin` is the frame that a near-duplicate looks like, `distance` the number of bits
    in which they differ.
    """

    kind: Kind
    rule: str = ""
    scope: str = ""
    window: str = ""
    twin: str = ""
    distance: int = 0

    @property
    def full(self) -> str:
        """The cap reached, in words; "" when none was."""
        return cap_in_words(self.scope, self.window) if self.window else ""


_answers = msgspec.json.Decoder(list[Admission])


class AdmissionControl:
    """Caps, remembered events and looks in Redis, asked in one atomic step."""

    def __init__(self, redis: Redis) -> None:
        self._admit = redis.register_script(_source("admit.lua"))
        self._release = redis.register_script(_source("release.lua"))

    def admit(self, settings: ProjectSettings, candidate: Candidate, now: datetime) -> Admission:
        """Charge the project and the first matching rule that has budget, or say why not."""
        return self.admit_all(settings, [candidate], now)[0]

    def admit_all(
        self, settings: ProjectSettings, candidates: Sequence[Candidate], now: datetime
    ) -> list[Admission]:
        """Decide on a group in one step, in its order; as if one by one, many times as fast."""
        answers: list[Admission] = []
        for start in range(0, len(candidates), GROUP):
            group = candidates[start : start + GROUP]
            said = self._admit(
                keys=_keys(settings.project, now), args=[_request(settings, group, now)]
            )
            answers += _answers.decode(said)
        return answers

    def release(
        self,
        settings: ProjectSettings,
        candidate: Candidate,
        admission: Admission,
        granted_at: datetime,
    ) -> bool:
        """Give a granted frame's credit back to the windows it came from; it may be posted again.

        Returns:
            Whether the grant was still there.
        """
        project, rule = settings.project, admission.rule
        limits = next((each.limits for each in candidate.matched if each.name == rule), Limits())
        starts = window_starts(granted_at, ZoneInfo(settings.batch.timezone))
        charged: list[str | int] = []
        for scope, bounds in ((PROJECT, settings.limits), (rule, limits)):
            of_scope = zip(starts, _limits(bounds), strict=True)
            charged += [scope, *("" if limit < 0 else starts[name] for name, limit in of_scope)]
        look = _look(candidate)
        member = f"{look} {candidate.frame_id}" if look else ""
        arguments = [candidate.frame_id, f"{candidate.digest}:{rule}", member, *charged]
        return bool(self._release(keys=_keys(project, granted_at)[:3], args=arguments))


def _request(settings: ProjectSettings, candidates: Sequence[Candidate], now: datetime) -> bytes:
    """What admit.lua asks for, as MessagePack."""
    starts = window_starts(now, ZoneInfo(settings.batch.timezone))
    limits = {rule.name: rule.limits for each in candidates for rule in each.matched}
    index = {name: number for number, name in enumerate(limits, start=2)}
    scopes = [(PROJECT, *_limits(settings.limits))]
    scopes += [(name, *_limits(bounds)) for name, bounds in limits.items()]
    asked = [
        (each.frame_id, each.digest, _look(each), [index[rule.name] for rule in each.matched])
        for each in candidates
    ]
    near = settings.near_duplicates
    within, distance = (near.within, near.distance) if near else (0, 0)
    return msgspec.msgpack.encode(
        (int(now.timestamp()), REMEMBER, within, distance, tuple(starts.values()), scopes, asked)
    )


def _limits(limits: Limits) -> tuple[int, int, int]:
    """Limits a minute, an hour and a day, -1 for none."""
    minute, hour, day = limits.per_minute, limits.per_hour, limits.per_day
    return (
        -1 if minute is None else minute,
        -1 if hour is None else hour,
        -1 if day is None else day,
    )


def _look(candidate: Candidate) -> str:
    return "" if candidate.look is None else f"{candidate.look:016x}"


def _keys(project: str, now: datetime) -> list[str]:
    """Counters, looks, and the events remembered in this generation and the one before."""
    lately = generation(now)
    events = (f"lsal:{project}:events:{each}" for each in (lately, lately - 1))
    return [f"lsal:{project}:caps", f"lsal:{project}:looks", *events]


@cache
def _source(name: str) -> str:
    return files("plugin.stores").joinpath(name).read_text()
