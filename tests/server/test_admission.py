"""Caps and remembered events, on a real Redis."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random

import pytest
from redis import Redis

from plugin.domain.settings import ProjectSettings, Rule
from plugin.stores.candidates.admission import Admission, AdmissionControl, Candidate
from tests.samples import NOW, settings
from tests.server.admissions import counters, rules, stored


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
    assert redis.hlen("lsal:parts:caps") == 2


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


def test_a_group_is_decided_as_if_one_by_one(redis: Redis) -> None:
    value = settings(limits={"per_hour": 9}, near_duplicates={"within": "1h", "distance": 3})
    matched = rules({"per_hour": 3}, {"per_day": 4}, {})
    group = [
        Candidate(f"e{n % 11}", "d" if n < 20 else "other", matched[n % 2 :], look=(n * n) << n)
        for n in range(24)
    ]
    control = AdmissionControl(redis)
    one_by_one = [control.admit(value, candidate, NOW) for candidate in group]
    left = stored(redis)
    redis.flushdb()
    assert control.admit_all(value, group, NOW) == one_by_one
    assert stored(redis) == left
    assert {each.kind for each in one_by_one} >= {"granted", "known", "conflict", "near_duplicate"}


def counted_today(redis: Redis) -> int:
    return counters(redis)[""][-1]


NEAR = settings(near_duplicates={"within": "1h", "distance": 4}, limits={"per_day": 9})


def admit_look(redis: Redis, event: str, look: int, now: datetime = NOW) -> Admission:
    return AdmissionControl(redis).admit(NEAR, Candidate(event, "d", (), look), now)


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        (0, "near_duplicate"),
        (0xF, "near_duplicate"),
        (0x1F, "granted"),
        (1 << 63, "near_duplicate"),
    ],
)
def test_near_is_a_number_of_bits(redis: Redis, bits: int, kind: str) -> None:
    look = 0xFEDC_BA98_7654_3210
    admit_look(redis, "first", look)
    answer = admit_look(redis, "second", look ^ bits)
    assert answer.kind == kind
    if kind == "near_duplicate":
        assert (answer.twin, answer.distance) == ("first", bits.bit_count())


def test_every_distance_is_counted_right(redis: Redis) -> None:
    generator = Random(4)
    for number in range(40):
        redis.delete("lsal:parts:looks")
        one, other = generator.getrandbits(64), generator.getrandbits(64)
        wide = settings(near_duplicates={"within": 60, "distance": 32})
        control = AdmissionControl(redis)
        control.admit(wide, Candidate(f"a{number}", "d", (), one), NOW)
        answer = control.admit(wide, Candidate(f"b{number}", "d", (), other), NOW)
        apart = (one ^ other).bit_count()
        assert (answer.kind, answer.distance) == (
            ("near_duplicate", apart) if apart <= 32 else ("granted", 0)
        )


def test_a_near_duplicate_charges_nothing_and_is_forgotten_in_time(redis: Redis) -> None:
    admit_look(redis, "first", 7)
    for number in range(20):
        assert admit_look(redis, f"twin-{number}", 7).kind == "near_duplicate"
    assert counted_today(redis) == 1
    assert admit_look(redis, "later", 7, NOW + timedelta(hours=1, seconds=1)).kind == "granted"
    assert redis.zcard("lsal:parts:looks") == 1
