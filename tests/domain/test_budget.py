"""Caps in memory: what must hold of any stream of events."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plugin.domain.budget import REMEMBER, Admitted, Budget
from plugin.domain.settings import ProjectSettings
from plugin.stores.candidates import admission
from tests.samples import NOW, settings

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
)
"""Clocks that change by an hour or by half of one, at night or at midnight itself."""


def limited(**limits: object) -> ProjectSettings:
    """Settings with caps for the project and for three rules, the last of them without any."""
    rules = [
        {"name": "a", "limits": {"per_minute": 1, "per_hour": 3}},
        {"name": "b", "limits": {"per_hour": 2, "per_day": 20}},
        {"name": "c"},
    ]
    return settings(rules=rules, limits={"per_minute": 3, "per_hour": 5, "per_day": 30}, **limits)


def changes_of(zone: str, year: int) -> list[datetime]:
    """The hours (UTC) at which the offset of a zone changes; New Year where it never does."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(365 * 24)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]] or hours[:1]


@pytest.mark.parametrize("zone", ZONES)
def test_no_window_ever_holds_more_than_its_limit(zone: str) -> None:
    """A calendar day of the zone is a window, also one of 23 or 25 hours."""
    value, random = limited(batch={"timezone": zone}), Random(7)
    for change in changes_of(zone, 2011):
        budget, kept = Budget(value), Counter[tuple[str, str, object]]()
        now = change - timedelta(hours=40)
        for number in range(4000):
            now += timedelta(seconds=random.randrange(90))
            matched = tuple(rule for rule in value.rules if random.random() < 0.7)
            answer = budget.admit(f"e{number}", "d", matched, now)
            if answer.kind == "granted":
                kept.update(windows_of(answer.rule, now, zone))
        assert kept
        assert_within(value, kept)


@given(
    some.lists(
        some.tuples(some.integers(-7200, 7200), some.sets(some.integers(0, 2)), some.booleans()),
        max_size=60,
    )
)
def test_however_the_clock_jumps_no_cap_is_passed(
    events: list[tuple[int, set[int], bool]],
) -> None:
    """Forward, back, with any rules matching, and with credits given back in between."""
    value, kept = limited(), Counter[tuple[str, str, object]]()
    budget = Budget(value)
    for number, (seconds, rules, is_given_back) in enumerate(events):
        now = NOW + timedelta(seconds=seconds)
        matched = tuple(rule for index, rule in enumerate(value.rules) if index in rules)
        answer = budget.admit(f"e{number}", "d", matched, now)
        if answer.kind == "granted":
            is_gone = is_given_back and budget.release(f"e{number}", "d", answer.rule, now)
            kept.update([] if is_gone else windows_of(answer.rule, now, "UTC"))
    assert_within(value, kept)


def windows_of(rule: str, now: datetime, zone: str) -> list[tuple[str, str, object]]:
    """The windows a grant counts in, worked out another way than the product does."""
    utc, local = now.astimezone(UTC), now.astimezone(ZoneInfo(zone))
    names = {"minute": f"{utc:%d %H:%M}", "hour": f"{utc:%d %H}", "day": local.date()}
    return [(scope, window, at) for scope in {"", rule} for window, at in names.items()]


def assert_within(value: ProjectSettings, kept: Counter[tuple[str, str, object]]) -> None:
    limits = {"": value.limits} | {rule.name: rule.limits for rule in value.rules}
    for (scope, window, at), number in kept.items():
        limit = getattr(limits[scope], f"per_{window}")
        assert limit is None or number <= limit, (scope, window, at)


@pytest.mark.parametrize("seed", range(10))
def test_no_order_of_events_passes_a_cap(seed: int) -> None:
    """Whatever the order within a window, and however the clock jumps back."""
    value, random = limited(), Random(seed)
    moments = [NOW + timedelta(seconds=random.randrange(60)) for _ in range(100)]
    budget, charged = Budget(value), Counter[str]()
    for number, moment in enumerate(moments):
        answer = budget.admit(f"e{number}", "d", value.rules, moment)
        charged[answer.rule] += answer.kind == "granted"
    assert charged.total() == 3
    assert charged["a"] == 1
    back = [
        budget.admit(f"f{n}", "d", value.rules, NOW - timedelta(minutes=n)).kind for n in range(50)
    ]
    assert set(back) == {"full"}


def test_full_names_the_project_first_and_then_the_first_rule() -> None:
    value = limited()
    a = Budget(value)
    answers = [a.admit(f"e{n}", "d", value.rules[:1], NOW) for n in range(2)]
    assert answers == [
        Admitted("granted", "a"),
        Admitted("full", full="cap of the rule 'a' per minute"),
    ]
    for number in range(2, 4):
        a.admit(f"e{number}", "d", value.rules, NOW)
    assert a.admit("e5", "d", value.rules, NOW).full == "cap of the project per minute"


def test_an_event_is_known_by_its_content() -> None:
    budget, value = Budget(limited()), limited()
    assert budget.admit("e", "d", value.rules, NOW) == Admitted("granted", "a")
    assert budget.admit("e", "d", value.rules[1:], NOW) == Admitted("known", "a")
    assert budget.admit("e", "other", value.rules, NOW) == Admitted("conflict")


def test_an_event_is_forgotten_when_redis_forgets_it() -> None:
    assert admission.REMEMBER == REMEMBER
    budget = Budget(settings(rules=[]))
    budget.admit("e", "d", (), NOW)
    kinds = [
        budget.admit("e", "d", (), NOW + timedelta(seconds=REMEMBER * share)).kind
        for share in (0.99, 1, 2)
    ]
    assert kinds == ["known", "known", "granted"]


def test_only_the_newest_events_are_remembered() -> None:
    budget = Budget(settings(rules=[]), max_remembered=3)
    for number in range(4):
        budget.admit(f"e{number}", "d", (), NOW)
    kinds = [budget.admit(f"e{number}", "d", (), NOW).kind for number in (3, 2, 1, 0)]
    assert kinds == ["known", "known", "known", "granted"]


def test_a_credit_goes_back_once_and_to_the_window_it_came_from() -> None:
    value = settings(rules=[{"name": "r", "limits": {"per_minute": 1}}], limits={"per_hour": 2})
    budget = Budget(value)
    budget.admit("e", "d", value.rules, NOW)
    assert not budget.release("e", "other", "r", NOW)
    assert budget.release("e", "d", "r", NOW)
    assert not budget.release("e", "d", "r", NOW)
    assert budget.admit("f", "d", value.rules, NOW).kind == "granted"
    later = NOW + timedelta(minutes=1)
    assert budget.admit("g", "d", value.rules, later).kind == "granted"
    assert budget.release("f", "d", "r", NOW), "the hour gets its credit, the next minute does not"
    assert budget.admit("h", "d", value.rules, later).full == "cap of the rule 'r' per minute"
