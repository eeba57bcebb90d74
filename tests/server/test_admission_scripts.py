"""The script for one candidate and the one for a group answer alike, and leave the same behind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from redis import ConnectionError as RedisConnectionError
from redis import Redis, ResponseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from plugin.demo.processes import free_port
from plugin.domain.settings import ProjectSettings, Rule
from plugin.stores.candidates.admission import REMEMBER, Admission, AdmissionControl, Candidate
from tests.samples import NOW, settings
from tests.server.admissions import counters, rules, stored

Asked = tuple[Candidate, datetime]
Ask = Callable[[ProjectSettings, Candidate, datetime], Admission]

START = datetime(2026, 12, 30, 22, tzinfo=UTC)
"""Two hours before a new generation of remembered events."""


def ways(redis: Redis) -> dict[str, Ask]:
    control, random = AdmissionControl(redis), Random(1)

    def grouped(value: ProjectSettings, candidate: Candidate, now: datetime) -> Admission:
        return control.admit_all(value, [candidate], now)[0]

    def mixed(value: ProjectSettings, candidate: Candidate, now: datetime) -> Admission:
        return random.choice([control.admit, grouped])(value, candidate, now)

    return {"alone": control.admit, "grouped": grouped, "mixed": mixed}


def history(random: Random, matched: tuple[Rule, ...]) -> list[Asked]:
    """A day of candidates, some of them again, some with other content, some from a slow clock."""
    asked, now = [], START
    for number in range(300):
        now += timedelta(seconds=random.choice([1, 5, 30, 900]))
        at = now - timedelta(seconds=random.choice([0, 0, 70, 90_000]))
        again = random.randrange(number + 1) if random.random() < 0.3 else number
        chosen = tuple(rule for rule in matched if random.random() < 0.6)
        asked.append((Candidate(f"e{again}", random.choice("ddx"), chosen), at))
    return asked


@pytest.mark.parametrize("seed", range(6))
def test_both_scripts_agree_and_leave_the_same_behind(redis: Redis, seed: int) -> None:
    value = settings(limits={"per_minute": 4, "per_hour": 9, "per_day": 80})
    matched = rules({"per_minute": 1, "per_day": 9}, {"per_hour": 3}, {"per_minute": 2}, {})
    asked = history(Random(seed), matched)
    outcomes = {}
    for name, ask in ways(redis).items():
        redis.flushdb()
        answers = [ask(value, *each) for each in asked]
        outcomes[name] = (answers, stored(redis))
        assert {answer.kind for answer in answers} == {"granted", "known", "conflict", "full"}
        lifetimes = [redis.ttl(key) for key in redis.scan_iter("lsal:parts:events:*")]
        assert len(lifetimes) == 2
        assert all(REMEMBER < seconds <= 2 * REMEMBER for seconds in lifetimes)
    assert outcomes["alone"] == outcomes["grouped"] == outcomes["mixed"]


@pytest.mark.parametrize("way", ["alone", "grouped"])
def test_the_newer_of_two_memories_of_an_event_counts(redis: Redis, way: str) -> None:
    ask, now = ways(redis)[way], START + timedelta(hours=3)
    asked = [("newer", now), ("older", START), ("newer", now)]
    answers = [ask(settings(), Candidate("e", digest, ()), at) for digest, at in asked]
    assert [answer.kind for answer in answers] == ["granted", "granted", "known"]


@pytest.mark.parametrize("way", ["alone", "grouped"])
def test_counters_that_are_text_are_read(redis: Redis, way: str) -> None:
    minute = int(NOW.timestamp())
    text = f"{minute}:1:{minute}:3:{minute}:7"
    redis.hset("lsal:parts:caps", mapping={"": text, "r0": text})
    ask, value = ways(redis)[way], settings(limits={"per_day": 9})
    matched = rules({"per_hour": 4})
    kinds = [ask(value, Candidate(f"e{n}", "d", matched), NOW).kind for n in range(2)]
    assert kinds == ["granted", "full"]
    assert counters(redis)["r0"] == [minute, 2, minute, 4, minute, 8]
    assert ask(value, Candidate("f", "d", ()), NOW).kind == "granted"
    assert ask(value, Candidate("g", "d", ()), NOW).full == "cap of the project per day"


def test_changed_settings_count_on(redis: Redis) -> None:
    control, before = AdmissionControl(redis), settings(limits={"per_day": 2})
    assert control.admit(before, Candidate("a", "d", ()), NOW).kind == "granted"
    after = settings(limits={"per_hour": 2})
    kinds = [control.admit(after, Candidate(event, "d", ()), NOW).kind for event in "bc"]
    assert kinds == ["granted", "full"]


def test_rules_of_the_same_name_keep_their_own_limits(redis: Redis) -> None:
    control, value = AdmissionControl(redis), settings()
    small, large = rules({"per_day": 1}), rules({"per_day": 2})
    asked = [("a", small), ("b", small), ("c", large), ("d", large)]
    kinds = [control.admit(value, Candidate(event, "d", each), NOW).kind for event, each in asked]
    assert kinds == ["granted", "full", "granted", "full"]


def test_a_redis_that_lost_its_scripts_gets_them_again(redis: Redis) -> None:
    control = AdmissionControl(redis)
    for event in "ab":
        redis.script_flush()
        assert control.admit(settings(), Candidate(event, "d", ()), NOW).kind == "granted"


def test_errors_of_redis_come_as_they_are(redis: Redis) -> None:
    redis.set("lsal:parts:caps", "no hash")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        AdmissionControl(redis).admit(settings(), Candidate("a", "d", ()), NOW)
    away = Redis(port=free_port(0), retry=Retry(NoBackoff(), 0))
    with away, pytest.raises(RedisConnectionError):
        AdmissionControl(away).admit(settings(), Candidate("a", "d", ()), NOW)
