"""Looks of frames that were granted before their image was known, on a real Redis."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from redis import Redis

from plugin.stores.candidates.admission import Admission, AdmissionControl, Candidate, Grant
from tests.samples import NOW, settings

NEAR = settings(near_duplicates={"within": "1h", "distance": 4})
LOOK = 0xFEDC_BA98_7654_3210
TWIN = LOOK ^ 0b111 << 30


def admit(redis: Redis, event: str, look: int | None = None) -> Admission:
    return AdmissionControl(redis).admit(NEAR, Candidate(event, "d", (), look), NOW)


def test_a_late_look_is_compared_with_those_kept(redis: Redis) -> None:
    control = AdmissionControl(redis)
    assert control.compare(NEAR, "first", LOOK, NOW) is None
    found = control.compare(NEAR, "second", TWIN, NOW)
    assert found == Admission("near_duplicate", twin="first", distance=3)
    assert control.compare(NEAR, "third", LOOK ^ 0b11111, NOW) is None
    assert redis.zrange("lsal:parts:looks", 0, -1) == [
        f"{LOOK ^ 0b11111:016x} third", f"{LOOK:016x} first",
    ]  # fmt: skip


def test_a_frame_is_no_twin_of_itself(redis: Redis) -> None:
    control = AdmissionControl(redis)
    assert [control.compare(NEAR, "e", look, NOW) for look in (LOOK, LOOK)] == [None, None]
    assert redis.zcard("lsal:parts:looks") == 1


def test_early_and_late_looks_know_each_other(redis: Redis) -> None:
    assert admit(redis, "early", LOOK).kind == "granted"
    assert admit(redis, "late").kind == "granted", "nothing to compare yet"
    found = AdmissionControl(redis).compare(NEAR, "late", TWIN, NOW)
    assert found == Admission("near_duplicate", twin="early", distance=3)
    assert AdmissionControl(redis).compare(NEAR, "other", 0, NOW) is None
    assert admit(redis, "early too", 1) == Admission("near_duplicate", twin="other", distance=1)


def test_a_late_look_is_forgotten_in_time(redis: Redis) -> None:
    control, later = AdmissionControl(redis), NOW + timedelta(hours=1, seconds=1)
    assert control.compare(NEAR, "first", LOOK, NOW) is None
    assert 0 < redis.ttl("lsal:parts:looks") <= 3600
    assert control.compare(NEAR, "second", LOOK, later) is None
    assert redis.zcard("lsal:parts:looks") == 1


def test_no_look_is_kept_where_none_are_compared(redis: Redis) -> None:
    assert AdmissionControl(redis).compare(settings(), "e", LOOK, NOW) is None
    assert redis.dbsize() == 0


def test_a_late_look_goes_with_its_frame(redis: Redis) -> None:
    control = AdmissionControl(redis)
    assert admit(redis, "e").kind == "granted"
    assert control.compare(NEAR, "e", LOOK, NOW) is None
    assert control.release(NEAR, Grant("e", "d", "", NOW, LOOK))
    assert control.compare(NEAR, "f", LOOK, NOW) is None


def test_of_many_alike_at_once_one_is_kept(redis: Redis) -> None:
    control = AdmissionControl(redis)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: control.compare(NEAR, f"e{n}", LOOK, NOW), range(40)))
    assert found.count(None) == 1
