"""What a cap costs in Redis: one by one, in groups, and when eight processes compete."""

import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from multiprocessing import get_context

from redis import Redis

from benchmarks.redises import redis_alone
from benchmarks.table import Row, compare, one_core, times
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings
from plugin.stores.candidates.admission import AdmissionControl, Candidate

CALLS = 2000
GROUPED = 10_000
ROUNDS = 9
GROUP = 500
PROCESSES = 8
EACH = 400
CAP = 1000
SETTINGS = ProjectSettings.model_validate(
    {
        "project": "bench",
        "classes": ["part"],
        "limits": {"per_minute": 10**6, "per_hour": 10**6, "per_day": 10**6},
        "rules": [
            {"name": f"r{n}", "limits": {"per_hour": 10**6}} for n in range(4)
        ],
    }
)  # fmt: skip


def rows() -> Iterator[Row]:
    """Measure on a Redis of this run's own, client and server sharing one core."""
    with one_core(), redis_alone() as url, Redis.from_url(url, decode_responses=True) as redis:
        yield from _one_by_one(redis)
        yield from _in_groups(redis)
        yield from _competing(url)


def _one_by_one(redis: Redis) -> Iterator[Row]:
    control, fresh = AdmissionControl(redis), _Candidates()
    bare = redis.register_script("return 1")

    def ours() -> int:
        for candidate in fresh.next:
            control.admit(SETTINGS, candidate, utc_now())
        return len(fresh.next)

    rate, limit = compare(ours, times(bare, CALLS), lambda: fresh.make(CALLS), ROUNDS)
    yield Row("caps, 4 rules, one by one", rate, "EVALSHA of `return 1`", limit, "/s", "≥ 0.67 ×")


def _in_groups(redis: Redis) -> Iterator[Row]:
    control, fresh = AdmissionControl(redis), _Candidates(10**7)

    def grouped() -> int:
        for start in range(0, GROUPED, GROUP):
            control.admit_all(SETTINGS, fresh.next[start : start + GROUP], utc_now())
        return GROUPED

    def single() -> int:
        for candidate in fresh.next[GROUPED:]:
            control.admit(SETTINGS, candidate, utc_now())
        return CALLS

    rate, limit = compare(grouped, single, lambda: fresh.make(GROUPED + CALLS), ROUNDS)
    yield Row(f"caps, {GROUP} in a call", rate, "one by one", limit, "/s", "≥ 20 ×")


def _competing(url: str) -> Iterator[Row]:
    """Each process asks for a cap and sends a PING in turn: both wait in the same crowd."""
    limits = {"limits": {"per_day": CAP}, "project": "competing"}
    limited = ProjectSettings.model_validate(SETTINGS.model_dump() | limits)
    with get_context("spawn").Pool(PROCESSES) as pool:
        found = pool.starmap(_compete, [(url, limited, n) for n in range(PROCESSES)])
    granted = sum(number for number, _, _ in found)
    if granted != CAP:
        raise SystemExit(f"{granted} frames were granted under a cap of {CAP}")
    ours = _p99(each for _, caps, _ in found for each in caps)
    ping = _p99(each for _, _, pings in found for each in pings)
    what = f"caps, {PROCESSES} processes, p99; {granted} granted of a cap of {CAP}"
    yield Row(what, 1 / ours, "PING in the same crowd, p99", 1 / ping, "/s", "≥ 0.05 ×")


def _compete(
    url: str, settings: ProjectSettings, process: int
) -> tuple[int, list[float], list[float]]:
    """How many were granted, the seconds each call took, and those of the PINGs between."""
    granted, caps, pings = 0, [], []
    with Redis.from_url(url, decode_responses=True) as redis:
        control = AdmissionControl(redis)
        for number in range(EACH):
            begun = time.perf_counter()
            answer = control.admit(settings, _candidate(process * EACH + number), utc_now())
            caps.append(time.perf_counter() - begun)
            granted += answer.kind == "granted"
            begun = time.perf_counter()
            redis.ping()
            pings.append(time.perf_counter() - begun)
    return granted, caps, pings


class _Candidates:
    """Candidates never seen before, made ahead: they cost a decision nothing."""

    def __init__(self, first: int = 0) -> None:
        self._numbers = count(first)
        self.next: list[Candidate] = []

    def make(self, number: int) -> None:
        self.next = [_candidate(each) for each in islice(self._numbers, number)]


def _p99(seconds: Iterable[float]) -> float:
    ordered = sorted(seconds)
    return ordered[int(len(ordered) * 0.99)]


def _candidate(number: int) -> Candidate:
    return Candidate(f"{number:032x}", "0" * 64, SETTINGS.rules)
