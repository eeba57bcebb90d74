"""The sample of recent events: fair, small, of all that came in, and no cost to requests."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from plugin.formats.native import PostedEvent, decode_event
from plugin.services.intake.gates import Gate
from plugin.services.intake.receiving import came
from plugin.stores.measures import traffic as module
from plugin.stores.measures.histograms import Histograms
from plugin.stores.measures.traffic import EVENTS_A_FLUSH, FEWEST, KEEP, MAX_PREDICTION, Traffic
from plugin.stores.settings_history import SettingsVersion
from tests.samples import NOW, box, encoded, prediction, settings
from tests.server.redises import away, lead

GATE = Gate(SettingsVersion(1, settings(), "test", NOW))


@pytest.fixture
def traffic(redis: Redis) -> Traffic:
    return traffic_on(redis)


def traffic_on(redis: Redis, seed: int = 7) -> Traffic:
    return Traffic(redis, Histograms(redis), Random(seed))


def posted(event_id: str, *boxes: dict[str, Any], **changes: Any) -> PostedEvent:
    fields = {"event_id": event_id, "prediction": prediction(*(boxes or (box(),)))} | changes
    return decode_event(encoded(fields).encode())


def come(
    traffic: Traffic, events: Iterable[PostedEvent], project: str = "parts", now: datetime = NOW
) -> int:
    """Let events come in; how many were looked at any further."""
    wanted = 0
    for event in events:
        if traffic.wants(project):
            traffic.record(project, came(GATE, event, event.event_id, now))
            wanted += 1
    return wanted


def test_few_events_are_all_there_and_stand_for_themselves(traffic: Traffic) -> None:
    come(traffic, [posted("a", box("dent", 0.4), box("bolt", 0.9)), posted("b")])
    traffic.flush()
    come(traffic, [posted("c")], now=NOW - timedelta(seconds=5))
    traffic.flush()
    found = traffic.recent("parts")
    assert [(each.event_id, each.weight) for each in found] == [("c", 1), ("a", 1), ("b", 1)]
    assert found[1].at == NOW
    assert found[1].classes == {"dent", "bolt"}
    assert [(each.class_name, each.confidence) for each in found[1].prediction.boxes] == [
        ("dent", 0.4), ("bolt", 0.9),
    ]  # fmt: skip


def test_of_many_events_a_few_are_taken_and_stand_for_all(traffic: Traffic) -> None:
    events = [posted(f"e{number}") for number in range(1000)]
    assert come(traffic, events) < 200
    traffic.flush()
    found = traffic.recent("parts")
    assert len(found) == EVENTS_A_FLUSH
    assert sum(each.weight for each in found) == pytest.approx(1000)


def test_every_event_has_the_same_chance_whenever_it_comes_within_a_second(redis: Redis) -> None:
    traffic, runs, length = traffic_on(redis), 400, 100
    events = [posted(f"{number}") for number in range(length)]
    for _ in range(runs):
        come(traffic, events)
        traffic.flush()
    counts = Counter(each.event_id for each in traffic.recent("parts"))
    expected = runs * EVENTS_A_FLUSH / length
    chi_square = sum((counts[f"{n}"] - expected) ** 2 / expected for n in range(length))
    assert chi_square < 149  # exceeded by one fair sample in a thousand, at 99 degrees of freedom


def test_projects_share_what_a_process_takes(traffic: Traffic) -> None:
    names = [f"p{number}" for number in range(4)]
    for _ in range(2):
        for name in names:
            come(traffic, [posted(f"{n}") for n in range(50)], name)
        traffic.flush()
    # At first nobody knew how many there would be.
    share = max(FEWEST, EVENTS_A_FLUSH // len(names))
    assert [len(traffic.recent(name)) for name in names] == [EVENTS_A_FLUSH + share] * len(names)
    assert traffic.recent("other") == []


def test_the_oldest_make_room(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EVENTS", 5)
    for number in range(9):
        come(traffic, [posted(f"{number}")], now=NOW + timedelta(seconds=number))
        traffic.flush()
    assert [each.event_id for each in traffic.recent("parts")] == ["4", "5", "6", "7", "8"]


def test_bytes_are_bounded_too(
    redis: Redis, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 4000)
    for number in range(60):
        boxes = [box() for _ in range(1 + number % 40)]
        come(traffic, [posted(f"{number}", *boxes)], now=NOW + timedelta(seconds=number))
        traffic.flush()
        held = [len(each) for each in redis.lrange("lsal:parts:traffic", 0, -1)]
        assert sum(held) <= 4000
        assert int(redis.get("lsal:parts:traffic:bytes") or 0) == sum(held)
    assert traffic.recent("parts")[-1].event_id == "59"


def test_it_is_forgotten_after_a_week(redis: Redis, traffic: Traffic) -> None:
    come(traffic, [posted("a")])
    traffic.flush()
    assert {redis.ttl(key) > KEEP - 3600 for key in redis.scan_iter("lsal:parts:traffic*")} == {
        True
    }
    assert all(0 < redis.ttl(key) <= KEEP for key in redis.scan_iter("lsal:parts:traffic*"))


def test_what_cannot_be_decoded_is_not_recorded_and_counts_for_no_other(traffic: Traffic) -> None:
    bad = [posted(f"bad{n}", box("rust")) for n in range(3)]
    broken = PostedEvent(prediction=msgspec.Raw(b'{"boxes": 7}'), event_id="broken")
    come(traffic, [posted("good"), *bad, broken, posted("better")])
    traffic.flush()
    found = [(each.event_id, each.weight) for each in traffic.recent("parts")]
    assert found == [("good", 1), ("better", 1)]


def test_a_huge_prediction_is_passed_over(traffic: Traffic) -> None:
    huge = posted("huge", box(note="x" * MAX_PREDICTION))
    come(traffic, [huge, posted("small")])
    traffic.flush()
    assert [each.event_id for each in traffic.recent("parts")] == ["small"]


def test_outlines_and_corners_stay_out_of_redis(redis: Redis, traffic: Traffic) -> None:
    outlined = Gate(SettingsVersion(1, settings(task_type="instance-segmentation"), "test", NOW))
    polygon = [[31.25, 24], [96, 24], [96, 71.5]]
    event = posted("a", box(polygon=polygon, scores={"dent": 0.41, "bolt": 0.3}))
    assert traffic.wants("parts")
    traffic.record("parts", came(outlined, event, "a", NOW))
    traffic.flush()
    [stored] = redis.lrange("lsal:parts:traffic", 0, -1)
    assert not any(number in stored for number in ("31.25", "71.5", "96"))
    [found] = traffic.recent("parts")
    [seen] = found.prediction.boxes
    assert (seen.class_name, seen.scores) == ("dent", {"dent": 0.41, "bolt": 0.3})


def test_requests_make_no_call_to_redis_and_what_it_does_not_take_is_lost(redis: Redis) -> None:
    client = away()
    traffic = traffic_on(client)
    assert come(traffic, [posted("a")]) == 1
    with pytest.raises(RedisConnectionError):
        traffic.flush()
    lead(client, redis)
    come(traffic, [posted("b")])
    traffic.flush()
    assert [each.event_id for each in traffic.recent("parts")] == ["b"]


def test_records_of_another_release_are_passed_over(redis: Redis, traffic: Traffic) -> None:
    come(traffic, [posted("a")])
    traffic.flush()
    redis.rpush("lsal:parts:traffic", '{"newer": true}', "rubbish")
    assert [each.event_id for each in traffic.recent("parts")] == ["a"]
