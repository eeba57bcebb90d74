"""What the scripts of admission are asked: MessagePack, packed as far ahead as can be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import pack
from zoneinfo import ZoneInfo

import msgspec

from plugin.domain.budget import REMEMBER, generation
from plugin.domain.settings import Limits, ProjectSettings, Rule
from plugin.domain.windows import window_starts

PROJECT = ""
"""The scope of the project's own caps; rules are scopes under their names."""

KEEP = 2 * REMEMBER
"""Seconds for which a generation of remembered events is kept in Redis."""

MAX_PACKED = 1000
"""Sets of matched rules that are kept packed at most, for a project and a minute."""

_UNLIMITED = 2**32 - 1

_encode = msgspec.msgpack.encode


class Candidate(msgspec.Struct, frozen=True):
    """An event that the settings would keep.

    `digest` tells two bodies under one id apart, `look` is the image's perceptual hash (64 bits)
    where near-duplicates are looked for. One that was `just_granted` is asked about once more: it
    is known, and given back where more was kept meanwhile than may be.
    """

    frame_id: str
    digest: str
    matched: tuple[Rule, ...]
    look: int | None = None
    just_granted: bool = False


class _Packed(msgspec.Struct, frozen=True):
    """What is asked for a set of matched rules. `scopes` names the project and the rules."""

    matched: tuple[Rule, ...]
    scopes: list[str]
    question: bytes


class Moment:
    """What all questions about a project have in common, for one minute and one settings value."""

    def __init__(self, settings: ProjectSettings, now: datetime) -> None:
        self.keys = keys_of(settings.project, now)
        self.caps_keys = self.keys[:3]
        self._settings = settings
        self._begin = datetime.fromtimestamp(now.timestamp() // 60 * 60, UTC)
        self._end = self._begin + timedelta(minutes=1)
        self._limits = _limits(settings.limits)
        starts = window_starts(now, ZoneInfo(settings.batch.timezone))
        self._head = (*starts.values(), KEEP)
        # By identity: a decider has one tuple for each set of rules, and hashing rules is slow.
        self._packed: dict[int, _Packed] = {}

    def holds(self, settings: ProjectSettings, now: datetime) -> bool:
        """Whether it is still this minute, and these are still the settings."""
        return self._settings is settings and self._begin <= now < self._end

    def ask(self, candidate: Candidate) -> tuple[list[str], bytes]:
        """The scopes asked for, and the question to admit_one.lua."""
        packed = self._packed.get(id(candidate.matched)) or self._pack(candidate.matched)
        who = _encode(candidate.frame_id) + _encode(candidate.digest)
        return packed.scopes, packed.question + who

    def ask_all(self, candidates: Sequence[Candidate], now: datetime) -> tuple[list[str], bytes]:
        """The scopes asked for, and the question to admit.lua."""
        sets = {id(each.matched): each.matched for each in candidates}
        scopes = _Scopes(self._limits)
        matches = [[scopes.number_of(rule) for rule in matched] for matched in sets.values()]
        places = {identity: place for place, identity in enumerate(sets, start=1)}
        matched = [places[id(each.matched)] for each in candidates]
        near = self._settings.near_duplicates
        within, distance = (near.within, near.distance) if near else (0, 0)
        question = (
            *self._head, int(now.timestamp()), within, distance,
            scopes.names, scopes.limits, matches,
            [each.frame_id for each in candidates], [each.digest for each in candidates],
            [look_of(each.look) for each in candidates] if near else [], matched,
            [each.just_granted for each in candidates],
        )  # fmt: skip
        return scopes.names, _encode(question)

    def _pack(self, matched: tuple[Rule, ...]) -> _Packed:
        scopes = [PROJECT, *(rule.name for rule in matched)]
        limits = [self._limits, *(_limits(rule.limits) for rule in matched)]
        numbers = b"".join(pack("<3I", *each) for each in limits)
        head = b"".join(map(_encode, self._head))
        packed = _Packed(matched, scopes, head + _raw(numbers) + _encode(scopes))
        if len(self._packed) >= MAX_PACKED:
            self._packed.clear()
        self._packed[id(matched)] = packed
        return packed


class _Scopes:
    """The scopes that a group of candidates asks for, counted from 1 as Lua does."""

    def __init__(self, project: tuple[int, int, int]) -> None:
        self.names = [PROJECT]
        self.limits = [project]
        self._numbers: dict[str, int] = {}

    def number_of(self, rule: Rule) -> int:
        """The number of a rule's scope, a new one where it has none."""
        number = self._numbers.get(rule.name)
        if number is None:
            self.names.append(rule.name)
            self.limits.append(_limits(rule.limits))
            number = self._numbers[rule.name] = len(self.names)
        return number


def keys_of(project: str, now: datetime) -> tuple[bytes, bytes, bytes, bytes]:
    """Counters, the events remembered in this generation and in the one before, and looks."""
    lately = generation(now)
    ends = ("caps", f"events:{lately}", f"events:{lately - 1}", "looks")
    caps, events, before, looks = (f"lsal:{project}:{end}".encode() for end in ends)
    return caps, events, before, looks


def look_of(look: int | None) -> str:
    """A look in 16 hex digits, "" where there is none."""
    return "" if look is None else f"{look:016x}"


def _limits(limits: Limits) -> tuple[int, int, int]:
    """Limits a minute, an hour and a day."""
    minute, hour, day = (
        _UNLIMITED if limit is None else limit
        for limit in (limits.per_minute, limits.per_hour, limits.per_day)
    )
    return minute, hour, day


def _raw(data: bytes) -> bytes:
    """Bytes as a string in MessagePack: Redis knows no other kind."""
    return b"\xda" + len(data).to_bytes(2, "big") + data
