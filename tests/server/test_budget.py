"""Caps in memory answer exactly as those in Redis."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from redis import Redis

from plugin.domain.budget import Budget
from plugin.domain.settings import ProjectSettings
from plugin.stores.candidates.admission import AdmissionControl, Candidate, Grant
from tests.samples import settings

STARTS = (
    datetime(2026, 10, 24, 12, tzinfo=UTC),  # Berlin's clock goes back the next night
    datetime(2026, 3, 28, 12, tzinfo=UTC),  # and forward
    datetime(2026, 12, 30, 22, tzinfo=UTC),  # a new generation of remembered events at midnight
)


def random_settings(random: Random) -> ProjectSettings:
    def limits(least: int, scale: int) -> dict[str, int]:
        found = {"per_minute": 1, "per_hour": 6, "per_day": 40}
        return {
            name: random.randrange(least, size * scale)
            for name, size in found.items()
            if random.random() < 0.6
        }

    rules: list[dict[str, Any]] = [
        {"name": f"r{number}", "limits": limits(0, 3)} for number in range(random.randrange(5))
    ]
    zone = random.choice(["UTC", "Europe/Berlin", "America/Havana"])
    return settings(rules=rules, limits=limits(1, 8), batch={"timezone": zone})


@pytest.mark.parametrize("seed", range(12))
def test_the_same_answers_as_redis(redis: Redis, seed: int) -> None:
    """Two days of events, some of them again, some with other content, some from a slow clock.

    They are asked for alone and as a group in turn: both scripts work on the same counters.
    """
    random = Random(seed)
    value, control = random_settings(random), AdmissionControl(redis)
    budget, now = Budget(value), STARTS[seed % len(STARTS)]
    granted: list[Grant] = []
    credits_given = 0
    for number in range(600):
        now += timedelta(seconds=random.choice([1, 7, 20, 120, 900]))
        at = now - timedelta(seconds=random.choice([0, 0, 0, 60, 4000, 90_000]))
        matched = tuple(rule for rule in value.rules if random.random() < 0.6)
        again = random.randrange(number + 1) if random.random() < 0.2 else number
        candidate = Candidate(f"e{again}", random.choice(["d", "d", "other"]), matched)
        alone = number % 2 == 0
        expected = (
            control.admit(value, candidate, at)
            if alone
            else control.admit_all(value, [candidate], at)[0]
        )
        answer = budget.admit(candidate.frame_id, candidate.digest, matched, at)
        assert (answer.kind, answer.rule, answer.full) == (
            expected.kind, expected.rule, expected.full,
        )  # fmt: skip
        if expected.kind == "granted":
            granted.append(Grant(candidate.frame_id, candidate.digest, expected.rule, at))
        if granted and random.random() < 0.1:
            grant = random.choice(granted)
            given = control.release(value, grant)
            returned = budget.release(grant.frame_id, grant.digest, grant.rule, grant.granted_at)
            assert returned is given
            credits_given += given
    assert granted
    assert credits_given
