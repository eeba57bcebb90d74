"""Caps over a sample: as the budget that decides grants them, once or n times."""

from datetime import datetime, timedelta
from random import Random

import pytest

from plugin.domain.budget import Budget
from plugin.domain.estimating import EstimatedBudget
from plugin.domain.settings import ProjectSettings, Rule
from tests.domain.test_budget import limited
from tests.samples import NOW, settings

Stream = list[tuple[str, tuple[Rule, ...], datetime]]


def stream(value: ProjectSettings, random: Random, number: int) -> Stream:
    """Events some seconds apart, some of which come again."""
    now, events = NOW, []
    for _ in range(number):
        now += timedelta(seconds=random.randrange(40))
        matched = tuple(rule for rule in value.rules if random.random() < 0.6)
        events.append((f"e{random.randrange(number)}", matched or value.rules[:1], now))
    return events


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("seed", range(5))
def test_events_that_stand_for_themselves_are_granted_as_the_budget_grants(
    seed: int, zone: str
) -> None:
    value = limited(batch={"timezone": zone})
    budget, estimated, kept = Budget(value), EstimatedBudget(value), 0
    for event_id, matched, now in stream(value, Random(seed), 2000):
        admitted = budget.admit(event_id, "", matched, now)
        expected = {admitted.rule: 1.0} if admitted.kind == "granted" else {}
        assert estimated.grant(event_id, 1.0, matched, now) == expected
        kept += len(expected)
    assert kept > 20


@pytest.mark.parametrize("seed", range(5))
def test_an_event_that_stands_for_n_is_granted_what_n_events_would_be(seed: int) -> None:
    value, random = limited(), Random(seed)
    budget, estimated = Budget(value), EstimatedBudget(value)
    for number, (_, matched, now) in enumerate(stream(value, random, 500)):
        weight, expected = random.randrange(1, 9), dict[str, float]()
        for copy in range(weight):
            admitted = budget.admit(f"{number}-{copy}", "", matched, now)
            if admitted.kind == "granted":
                expected[admitted.rule] = expected.get(admitted.rule, 0) + 1
        assert estimated.grant(f"{number}", weight, matched, now) == expected


def test_without_rules_the_project_alone_is_charged() -> None:
    budget = EstimatedBudget(settings(rules=[], limits={"per_minute": 3}))
    assert budget.grant("a", 2.5, (), NOW) == {"": 2.5}
    assert budget.grant("b", 2.5, (), NOW) == {"": 0.5}
    assert budget.grant("c", 2.5, (), NOW) == {}
    assert budget.grant("c", 2.5, (), NOW + timedelta(minutes=1)) == {"": 2.5}


def test_without_caps_nothing_is_cut() -> None:
    budget = EstimatedBudget(settings())
    matched = settings().rules
    assert budget.grant("a", 1234.5, matched, NOW) == {"unsure": 1234.5}
