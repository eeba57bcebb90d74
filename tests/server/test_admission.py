"""Caps and remembered events, on a real Redis."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context

import pytest
from redis import Redis

from plugin.domain.settings import ProjectSettings, Rule
from plugin.stores.admission import Admission, AdmissionControl, Candidate
from tests.samples import NOW, settings


def rules(*limits: dict[str, int]) -> tuple[Rule, ...]:
    return tuple(
        Rule.model_validate({"name": f"r{n}", "when": {"classes": ["dent"]}, "limits": each})
        for n, each in enumerate(limits)
    )


def admit(
    redis: Redis,
    event: str,
    value: ProjectSettings,
    matched: tuple[Rule, ...] = (),
    now: datetime = NOW,
) -> Admission:
    return AdmissionControl(redis).admit(value, Candidate(event, "digest", matched), now)


@pytest.mark.parametrize(
    ("window", "later"),
    [("minute", timedelta(minutes=1)), ("hour", timedelta(hours=1)), ("day", timedelta(days=1))],
)
def test_a_full_window_gives_way_to_the_next(redis: Redis, window: str, later: timedelta) -> None:
    value = settings(limits={f"per_{window}": 2})
    kinds = [admit(redis, f"e{n}", value).kind for n in range(3)]
    assert kinds == ["granted", "granted", "full"]
    assert admit(redis, "e3", value).full == f"cap of the project per {window}"
    assert admit(redis, "e4", value, now=NOW + later).kind == "granted"


def test_the_first_rule_with_spare_budget_is_charged(redis: Redis) -> None:
    value, matched = settings(), rules({"per_hour": 1}, {"per_day": 2}, {"per_minute": 1})
    charged = [admit(redis, f"e{n}", value, matched).rule for n in range(4)]
    assert charged == ["r0", "r1", "r1", "r2"]
    last = admit(redis, "e4", value, matched)
    assert (last.kind, last.full) == ("full", "cap of the rule 'r0' per hour")


def test_a_refused_event_charges_nothing(redis: Redis) -> None:
    value = settings(limits={"per_day": 5})
    admit(redis, "e0", value, rules({"per_hour": 1}))
    for n in range(1, 9):
        assert admit(redis, f"e{n}", value, rules({"per_hour": 1})).kind == "full"
    assert [admit(redis, f"f{n}", value).kind for n in range(5)] == ["granted"] * 4 + ["full"]


def test_an_event_is_known_by_its_content(redis: Redis) -> None:
    value, matched = settings(limits={"per_day": 1}), rules({})
    assert admit(redis, "e", value, matched) == Admission("granted", "r0")
    assert admit(redis, "e", value, matched) == Admission("known", "r0")
    other = Candidate("e", "another digest", matched)
    assert AdmissionControl(redis).admit(value, other, NOW).kind == "conflict"


def test_a_clock_set_back_grants_nothing_twice(redis: Redis) -> None:
    value = settings(limits={"per_hour": 2})
    assert admit(redis, "a", value).kind == "granted"
    back = NOW - timedelta(hours=1)
    kinds = [admit(redis, f"b{n}", value, now=back).kind for n in range(2)]
    assert kinds == ["granted", "full"]


def test_memory_does_not_grow_with_time(redis: Redis) -> None:
    value = settings(limits={"per_minute": 1, "per_hour": 9, "per_day": 9})
    for minute in range(30):
        admit(redis, f"e{minute}", value, rules({"per_minute": 1}), NOW + timedelta(minutes=minute))
    assert redis.hlen("lsal:parts:caps") == 4


def _compete(url: str, process: int) -> list[str]:
    value = settings(limits={"per_hour": 100})
    with Redis.from_url(url, decode_responses=True) as redis, ThreadPoolExecutor(4) as pool:
        events = [f"{process}-{n}" for n in range(80)]
        return list(pool.map(lambda event: admit(redis, event, value, rules({})).kind, events))


def test_never_one_over_whoever_competes(redis: Redis, redis_url: str) -> None:
    with get_context("spawn").Pool(3) as pool:
        answers = pool.starmap(_compete, [(redis_url, n) for n in range(3)])
    kinds = Counter(kind for each in answers for kind in each)
    assert kinds == {"granted": 100, "full": 140}
