"""Credit goes back to the windows it came from, on a real Redis."""

from datetime import timedelta

from redis import Redis

from plugin.domain.settings import ProjectSettings, Rule
from plugin.stores.candidates.admission import REMEMBER, AdmissionControl, Candidate, Grant
from tests.samples import NOW, settings
from tests.server.admissions import counters, rules

NEAR = settings(near_duplicates={"within": "1h", "distance": 4}, limits={"per_day": 9})


def kind_of(redis: Redis, event: str, value: ProjectSettings, *matched: Rule) -> str:
    return AdmissionControl(redis).admit(value, Candidate(event, "d", matched), NOW).kind


def grant(
    redis: Redis, value: ProjectSettings, *matched: Rule, event: str = "e", look: int | None = None
) -> Grant:
    candidate = Candidate(event, "d", matched, look)
    admission = AdmissionControl(redis).admit(value, candidate, NOW)
    assert admission.kind == "granted"
    return Grant(event, "d", admission.rule, NOW, look)


def test_a_credit_goes_back_to_the_windows_it_came_from(redis: Redis) -> None:
    value, matched = settings(limits={"per_minute": 1, "per_day": 5}), rules({"per_minute": 1})
    given = grant(redis, value, *matched)
    assert kind_of(redis, "f", value, *matched) == "full"
    assert AdmissionControl(redis).release(value, given)
    assert not AdmissionControl(redis).release(value, given), "once"
    assert kind_of(redis, "f", value, *matched) == "granted"
    assert [numbers[1::2] for numbers in counters(redis).values()] == [[1, 1, 1]] * 2


def test_a_late_credit_lets_nothing_extra_into_the_next_window(redis: Redis) -> None:
    value, later = settings(limits={"per_minute": 1}), NOW + timedelta(minutes=1)
    control, given = AdmissionControl(redis), grant(redis, value)
    assert control.admit(value, Candidate("f", "d", ()), later).kind == "granted"
    assert control.release(value, given)
    assert control.admit(value, Candidate("g", "d", ()), later).kind == "full"


def test_a_credit_goes_back_under_settings_that_do_not_have_its_rule(redis: Redis) -> None:
    value, matched = settings(), rules({"per_hour": 1}, {"per_hour": 1})
    given = grant(redis, value, *matched)
    assert AdmissionControl(redis).release(settings(rules=[]), given)
    assert kind_of(redis, "f", value, matched[0]) == "granted"


def test_a_limit_set_after_a_grant_is_not_passed_by_its_credit(redis: Redis) -> None:
    unlimited, limited = settings(), settings(limits={"per_hour": 2})
    given = grant(redis, unlimited)
    assert kind_of(redis, "f", limited) == "granted"
    assert kind_of(redis, "g", limited) == "full", "the limit knows what was granted before it"
    assert AdmissionControl(redis).release(limited, given)
    assert [kind_of(redis, event, limited) for event in "gh"] == ["granted", "full"]


def test_the_credit_of_another_grant_of_the_frame_stays(redis: Redis) -> None:
    value = settings(limits={"per_day": 5})
    given = grant(redis, value)
    others = [Grant("e", "x", "", NOW), Grant("e", "d", "r0", NOW), Grant("f", "d", "", NOW)]
    assert not any(AdmissionControl(redis).release(value, other) for other in others)
    assert AdmissionControl(redis).release(value, given)


def test_a_released_frame_leaves_no_look_behind(redis: Redis) -> None:
    given = grant(redis, NEAR, look=99)
    assert AdmissionControl(redis).release(NEAR, given)
    assert grant(redis, NEAR, event="f", look=99)


def test_events_expire_also_after_the_only_one_was_released(redis: Redis) -> None:
    value = settings()
    AdmissionControl(redis).release(value, grant(redis, value))
    grant(redis, value, event="f")
    (events,) = redis.scan_iter("lsal:parts:events:*")
    assert REMEMBER < redis.ttl(events) <= 2 * REMEMBER
