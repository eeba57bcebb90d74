"""Many events in one post: each line is answered for itself."""

import base64
import gzip
from collections.abc import Iterable
from typing import Any

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.server.rsgi import Answered, Client
from tests.server.test_events import PATH, assert_problem, bearer, event

NDJSON = "application/x-ndjson"


def post_lines(
    client: Client, key: str, lines: Iterable[object], query: str = "", **options: Any
) -> Answered:
    said = (line if isinstance(line, str) else encoded(line) for line in lines)
    body = "\n".join(said).encode()
    return client.post(PATH + query, data=body, headers=bearer(key), content_type=NDJSON, **options)


def refused(event_id: str) -> dict[str, Any]:
    return event(event_id=event_id, prediction=prediction(box(confidence=0.9)), image=None)


def test_each_line_has_its_answer_in_its_place(
    client: Client, key: str, application: Application
) -> None:
    bad = event(prediction=prediction(box("rust")))
    lines = [refused("a"), event(event_id="b"), "{broken", "", bad, event(event_id="c", image=None)]
    answer = post_lines(client, key, lines)
    assert (answer.status_code, answer.content_type) == (200, NDJSON)
    turned_away, kept, broken, unknown, reserved = answer.lines()
    assert turned_away == {"outcome": "no_rule_matched"}
    assert (kept["outcome"], kept["rule"]) == ("kept", "unsure")
    assert (broken["status"], broken["line"]) == (422, 3)
    assert (unknown["line"], unknown["errors"][0]["field"]) == (5, "prediction.boxes[0].class")
    assert reserved["upload"]["method"] == "PUT"
    assert application.spool.pending("parts") == [kept["frame_id"]]


def test_a_line_is_answered_as_a_post_of_its_own_where_reasons_are_asked_for(
    client: Client, key: str
) -> None:
    one = client.post(
        PATH, data=encoded(refused("a")), headers=bearer(key), content_type="application/json"
    )
    assert post_lines(client, key, [refused("a")], "?explain=true").lines() == [one.get_json()]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_lines_may_be_cut_anywhere(client: Client, key: str, size: int) -> None:
    body = "\n".join(encoded(refused(str(n))) for n in range(5)).encode()
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    answer = client.post(PATH, pieces=pieces, headers=bearer(key), content_type=NDJSON)
    assert answer.lines() == [{"outcome": "no_rule_matched"}] * 5


def test_answers_come_while_events_still_come(client: Client, key: str) -> None:
    pieces = [encoded(refused(str(n))).encode() + b"\n" for n in range(3)]
    answer = client.post(PATH, pieces=pieces, headers=bearer(key), content_type=NDJSON)
    assert answer.sent == [b'{"outcome":"no_rule_matched"}\n'] * 3


def test_a_line_that_is_too_long_is_one_bad_line(client: Client, key: str) -> None:
    lines = [refused("a"), "x" * 2_000_001, refused("b")]
    first, long, last = post_lines(client, key, lines).lines()
    assert (first, last) == ({"outcome": "no_rule_matched"},) * 2
    assert (long["status"], long["line"]) == (413, 2)


def test_gzip_is_unpacked(client: Client, key: str) -> None:
    body = "\n".join(encoded(refused(str(n))) for n in range(3000)).encode()
    packed = gzip.compress(body[:100_000]) + gzip.compress(body[100_000:])
    headers = bearer(key) | {"Content-Encoding": "gzip"}
    answer = client.post(PATH, data=packed, headers=headers, content_type=NDJSON)
    assert len(answer.lines()) == 3000


def test_a_stream_that_breaks_off_says_so_in_its_last_line(client: Client, key: str) -> None:
    packed = gzip.compress(encoded(refused("a")).encode() + b"\n" + b"x" * 50)[:-12]
    headers = bearer(key) | {"Content-Encoding": "gzip"}
    answer = client.post(PATH, data=packed, headers=headers, content_type=NDJSON)
    assert answer.lines()[-1]["status"] == 400


def test_a_group_is_kept_within_its_caps(
    client: Client, key: str, application: Application
) -> None:
    application.history.add(settings(limits={"per_day": 3}), "test", utc_now())
    image = {"base64": base64.b64encode(jpeg()).decode()}
    lines = [event(event_id=f"e{n}", image=image if n % 2 else None) for n in range(8)]
    outcomes = [each["outcome"] for each in post_lines(client, key, lines).lines()]
    assert outcomes == ["kept"] * 3 + ["cap_reached"] * 5
    client.front.flusher.flush()

    totals = application.funnel.totals("parts")
    assert (totals["received"], totals["outcome:kept"], totals["outcome:cap_reached"]) == (8, 1, 5)


def test_many_short_lines_are_no_overload(
    client: Client, key: str, application: Application
) -> None:
    application.history.add(settings(rules=[], limits={"per_day": 7}), "test", utc_now())
    lines = [{"event_id": str(n), "prediction": {"boxes": []}} for n in range(5000)]
    answers = post_lines(client, key, lines).lines()
    outcomes = [each.get("outcome") for each in answers]
    assert outcomes == ["kept"] * 7 + ["cap_reached"] * 4993


def test_the_same_event_twice_in_a_group_is_one_frame(
    client: Client, key: str, application: Application
) -> None:
    first, second = post_lines(client, key, [event(), event()]).lines()
    assert first == second
    assert len(application.spool.pending("parts")) == 1


def test_what_cannot_be_stored_is_told_in_its_line(
    client: Client, key: str, application: Application
) -> None:
    images = application.store_folder / "projects/parts/images"
    images.write_text("a file where a folder should be: the disk refuses")
    kept, turned_away = post_lines(client, key, [event(), refused("b")]).lines()
    assert (kept["status"], turned_away) == (503, {"outcome": "no_rule_matched"})


def test_nothing_posted_is_nothing_answered(client: Client, key: str) -> None:
    answer = post_lines(client, key, [])
    assert (answer.status_code, answer.data) == (200, b"")


def test_without_a_key_no_line_is_read(client: Client) -> None:
    assert_problem(post_lines(client, "lsal_0123456789abcdef_wrong", [event()]), 401)
