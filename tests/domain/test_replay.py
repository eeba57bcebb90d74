"""`lsal replay`: what settings answer to events of the past."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from plugin.domain.deciding import Decider
from plugin.domain.settings import ProjectSettings
from plugin.formats.native import PostedEvent
from plugin.formats.predictions import decode_prediction, expected_by
from tests.domain.replays import BUSY, SETTINGS, answers, event, lines_of, outcomes, run, yesterday
from tests.samples import NOW, box, encoded, prediction


def caps(**limits: int) -> dict[str, Any]:
    return {"rules": [{"name": "all", "limits": limits}]}


def test_an_answer_names_all_rules_that_matched_and_the_one_charged() -> None:
    [answer] = answers([event("e", box(), box(), box())])
    assert list(answer) == ["event_id", "outcome", "matched", "rule", "reason"]
    assert (answer["event_id"], answer["outcome"], answer["rule"]) == ("e", "kept", "unsure")
    assert answer["matched"] == ["unsure", "crowded"]
    assert "crowded matched (boxes or labels: 3, is > 2)" in answer["reason"]


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"enabled": False}, "disabled", "switched off"),
        ({"sampling_rate": 0}, "not_sampled", "not < sampling rate 0"),
        ({}, "no_rule_matched", "unsure: dent with"),
        ({"conditions": "all"}, "no_rule_matched", "unsure: dent with"),
        ({"rules": []}, "kept", "no rules"),
        (caps(per_hour=0), "cap_reached", "cap of the rule 'all' per hour is reached; all matched"),
        ({"rules": [], "limits": {"per_day": 0}}, "cap_reached", "cap of the project per day"),
    ],
)
def test_every_outcome_says_why(changes: dict[str, Any], outcome: str, reason: str) -> None:
    [answer] = answers([event("e", box(confidence=0.9))], **changes)
    assert (answer["outcome"], answer["rule"]) == (outcome, "")
    assert reason in answer["reason"]


def test_rules_that_matched_are_named_although_others_did_not() -> None:
    [answer] = answers([event("e", box())], conditions="all")
    assert (answer["outcome"], answer["matched"]) == ("no_rule_matched", ["unsure"])


def test_a_full_rule_gives_way_to_the_next() -> None:
    rules = [{"name": "first", "limits": {"per_hour": 1}}, {"name": "second"}]
    found = answers([event(f"e{n}") for n in range(2)], rules=rules)
    assert [each["rule"] for each in found] == ["first", "second"]
    assert found[1]["matched"] == ["first", "second"]


@pytest.mark.parametrize(
    ("window", "end"),
    [
        ("minute", datetime(2026, 11, 23, 12, 1, tzinfo=UTC)),
        ("hour", datetime(2026, 11, 23, 13, tzinfo=UTC)),
        ("day", datetime(2026, 11, 23, 23, tzinfo=UTC)),  # midnight in Berlin
    ],
)
def test_caps_are_counted_by_the_clock_of_the_events(window: str, end: datetime) -> None:
    before, second = end - timedelta(seconds=1), timedelta(seconds=1)
    times = [before, before, end, end + second, before, end]
    events = [event(f"e{n}", at=at) for n, at in enumerate(times)]
    limits = caps(**{f"per_{window}": 1}) | {"batch": {"timezone": "Europe/Berlin"}}
    expected = ["kept", "cap_reached", "kept", "cap_reached", "cap_reached", "cap_reached"]
    assert outcomes(events, **limits) == expected


def test_an_event_without_a_time_has_that_of_the_one_before() -> None:
    later = NOW + timedelta(minutes=1)
    events = [event("a"), event("b", timestamp=None), event("c", at=later)]
    events.append(event("d", timestamp=None))
    assert outcomes(events, **caps(per_minute=1)) == ["kept", "cap_reached", "kept", "cap_reached"]


def test_the_first_event_needs_a_time() -> None:
    result = run([event("a", timestamp=None), event("b"), event("c", timestamp=None)])
    assert [each.get("line") for each in lines_of(result)] == [1, None, None]


def test_the_same_event_again_gets_the_same_answer_and_charges_nothing() -> None:
    found = answers([event("e", box())] * 3 + [event("f", box())], limits={"per_hour": 2})
    assert [each["outcome"] for each in found] == ["kept"] * 4
    assert found[0] == found[1] == found[2]


def test_an_event_without_an_id_is_known_by_its_content() -> None:
    first, second, other = answers([event("", box()), event("", box()), event("", box("bolt"))])
    assert first == second
    assert len(first["event_id"]) == 64
    assert other["event_id"] != first["event_id"]


ROBOFLOW = {"image": {"width": 320, "height": 240}, "predictions": []}


@pytest.mark.parametrize("found", ["5bc8e9a0-36d5-4b4f", "e" * 201, 7, "\\udc00"])
def test_an_event_without_an_id_has_that_of_roboflow(found: object) -> None:
    body = encoded(ROBOFLOW | {"inference_id": found}).replace("\\\\u", "\\u")
    line = b'{"timestamp":"2026-11-23T12:00:00Z","prediction":%b}' % body.encode()
    result = run([line], "--format", "roboflow", rules=[])
    [answer] = lines_of(result)
    if found == "5bc8e9a0-36d5-4b4f":
        assert answer["event_id"] == found
    else:
        assert "error" in answer or len(answer["event_id"]) == 64


BAD = {
    "no JSON": (b"{", "JSON of an event (Input data was truncated)"),
    "no object": (b"[1]", "Expected `object`"),
    "no UTF-8": (b'{"event_id": "\xff"}', "JSON"),
    "no prediction": (b"{}", "missing required field `prediction`"),
    "unknown field": (event("e", extra=1), "unknown field `extra`"),
    "a long field": (b'{"%b":1}' % (b"x" * 9999), "unknown field"),
    "time without zone": (event("e", timestamp="2026-11-23T12:00:00"), "timezone"),
    "time before time": (event("e", timestamp="0001-01-01T00:00:00Z"), "from 1970-01-02"),
    "time after time": (event("e", timestamp="9999-12-31T23:59:59Z"), "to 9999-12-30"),
    "long id": (event("e" * 201), "at most 200 characters"),
    "wrong box": (event("e", box(confidence=7)), "prediction.boxes[0].confidence: 7.0"),
    "unknown class": (event("e", box("cat")), "one of the project's classes"),
    "deep": (b'{"prediction":' + b"[" * 99_999, "JSON"),
    "other content": (event("good", box("bolt"), box()), "came before with other content"),
    "other format": (event("e", format="nonsense"), "format"),
}


@pytest.mark.parametrize(("line", "error"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_the_others_are_answered(line: bytes, error: str) -> None:
    result = run([event("good", box()), b"", line, event("after", box())])
    good, bad, after = lines_of(result)
    assert result.exit_code == 1
    assert (good["event_id"], after["event_id"]) == ("good", "after")
    assert (list(bad), bad["line"]) == (["line", "error"], 3)
    assert error in bad["error"]
    assert len(bad["error"]) < 500


@pytest.mark.parametrize("image", [{"base64": "no base64"}, "https://example.com/i.jpg", None, 7])
def test_images_are_not_looked_at(image: object) -> None:
    line = encoded({"event_id": "e", "timestamp": NOW, "prediction": prediction(), "image": image})
    assert outcomes([line.encode()], rules=[]) == ["kept"]


def test_all_that_the_api_accepts_is_accepted() -> None:
    line = event("e", model_version="v1", metadata={"line": 4, "shift": None})
    assert outcomes([line], rules=[]) == ["kept"]


def test_near_duplicates_are_said_to_be_left_out() -> None:
    result = run([event("a"), event("b")], rules=[], near_duplicates={"within": "1h"})
    assert result.stderr.count("near-duplicates") == 1
    assert [each["outcome"] for each in lines_of(result)] == ["kept", "kept"]


def test_two_runs_say_the_same() -> None:
    first, second = run(yesterday(), **BUSY), run(yesterday(), **BUSY)
    assert first.stdout_bytes == second.stdout_bytes
    kinds = Counter(each.get("outcome") for each in lines_of(first))
    assert set(kinds) == {"not_sampled", "no_rule_matched", "cap_reached", "kept", None}
    assert min(kinds.values()) > 10


def test_it_decides_as_the_server_does() -> None:
    settings = ProjectSettings.model_validate(SETTINGS | BUSY)
    decider, expected = Decider(settings), expected_by(settings)
    for line, answer in zip(yesterday(), lines_of(run(yesterday(), **BUSY)), strict=True):
        if "error" in answer:
            continue
        posted = msgspec.json.decode(line, type=PostedEvent)
        seen = decode_prediction(bytes(posted.prediction), expected)
        verdict = decider.decide(posted.event_id, seen)
        assert answer["matched"] == [rule.name for rule in verdict.matched]
        assert answer["reason"].endswith(decider.explain(posted.event_id, seen))
        assert answer["outcome"] in ([verdict.refused] if verdict.refused else WITH_CAPS)


WITH_CAPS = ["kept", "cap_reached"]
