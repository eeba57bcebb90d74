"""When the server fails: what is tried again, what is not, and that nothing is lost or doubled."""

from pathlib import Path

import msgspec
import pytest

from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, SURE
from tests.edge.loopback import Fault, Loopback
from tests.edge.waiting import wait_until, with_rules
from tests.samples import jpeg, settings

DROPPED = Fault()
PAST = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize("what", ["events", "uploads"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(DROPPED, id="connection dropped"),
        pytest.param(Fault(408), id="408"),
        pytest.param(Fault(429, retry_after="0"), id="429"),
        pytest.param(Fault(500), id="500"),
        pytest.param(Fault(502), id="502"),
        pytest.param(Fault(503, retry_after=PAST), id="503 until a date"),
        pytest.param(Fault(503, retry_after="soon"), id="503 until nonsense"),
    ],
)
def test_what_may_pass_is_tried_again(
    server: Loopback, make_client: MakeClient, what: str, fault: Fault
) -> None:
    server.fail(what, fault, fault)
    client = make_client(server)
    client.submit(jpeg(), DENT, event_id="e1")
    wait_until(lambda: client.stats().sent == 1)
    assert server.uploaded("e1") == ("image/jpeg", jpeg())
    assert client.stats().rejected == 0


@pytest.mark.parametrize("what", ["events", "uploads"])
def test_an_answer_that_was_lost_doubles_nothing(
    server: Loopback, make_client: MakeClient, what: str
) -> None:
    server.fail(what, Fault(is_lost=True))
    client = make_client(server)
    client.submit(jpeg(), DENT, event_id="e1")
    wait_until(lambda: client.stats().sent == 1)
    assert len(server.images) == 1
    assert client.stats().rejected == 0
    if what == "uploads":
        assert server.asked("uploads") == [0, 409]


def test_an_expired_address_is_asked_for_again(server: Loopback, make_client: MakeClient) -> None:
    server.fail("uploads", Fault(410))
    client = make_client(server)
    client.submit(jpeg(), DENT, event_id="e1")
    wait_until(lambda: client.stats().sent == 1)
    assert server.asked("events") == [202, 202]
    assert server.uploaded("e1")


def test_an_address_that_is_always_expired_is_given_up(
    server: Loopback, make_client: MakeClient
) -> None:
    server.fail("uploads", *[Fault(410)] * 3)
    client = make_client(server)
    client.submit(jpeg(), DENT)
    wait_until(lambda: client.stats().rejected == 1)
    assert server.asked("uploads") == [410, 410, 410]


@pytest.mark.parametrize(
    ("what", "status"),
    [("events", status) for status in (400, 409, 413, 422)]
    + [("uploads", status) for status in (403, 404, 413, 422)],
)
def test_what_is_refused_for_good_is_set_aside_with_the_reason(
    server: Loopback, make_client: MakeClient, folder: Path, what: str, status: int
) -> None:
    server.fail(what, Fault(status, detail="no bolt is that large"))
    client = make_client(server)
    client.submit(jpeg(), DENT)
    wait_until(lambda: client.stats().rejected == 1)
    assert client.flush()
    assert server.asked(what) == [status]
    assert "no bolt is that large" in client.stats().last_trouble
    record, image, reason = sorted((folder / "rejected").iterdir(), key=_kind)
    assert msgspec.json.decode(record.read_bytes())["format"] == "native"
    assert image.read_bytes() == jpeg()
    assert reason.read_text() == f"{status} Failed; no bolt is that large"
    client.submit(jpeg(), DENT)
    wait_until(lambda: client.stats().sent == 1)


def _kind(path: Path) -> int:
    return (".json", ".jpg", ".txt").index(path.suffix)


def test_only_the_newest_of_what_was_set_aside_is_kept(
    server: Loopback, make_client: MakeClient, folder: Path
) -> None:
    server.fail("events", *[Fault(422)] * 105)
    client = with_rules(make_client(server))
    for number in range(105):
        client.submit(jpeg(), DENT, event_id=f"e{number:03}")
    wait_until(lambda: client.stats().rejected == 105)
    records = sorted((folder / "rejected").glob("*.json"))
    assert len(list((folder / "rejected").iterdir())) == 300
    ids = [msgspec.json.decode(record.read_bytes())["event_id"] for record in records]
    assert ids == [f"e{number:03}" for number in range(5, 105)]


def test_one_event_that_always_fails_does_not_hold_up_the_others(
    away: Loopback, make_client: MakeClient
) -> None:
    client = make_client(away)
    away.fail("events", Fault(500), *[Fault(422)] * 2)
    with away.running():
        with_rules(client)
        for number in range(3):
            client.submit(jpeg(), DENT, event_id=f"e{number}")
        wait_until(lambda: client.stats().rejected == 2)
        wait_until(lambda: client.stats().sent == 1)
        assert away.events.keys() == {"e0"}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_address_keeps_everything_until_it_is_right(
    server: Loopback, make_client: MakeClient, status: int
) -> None:
    server.fail("events", *[Fault(status)] * 3)
    client = make_client(server)
    client.submit(jpeg(), DENT, event_id="e1")
    wait_until(lambda: client.stats().sent == 1)
    assert server.asked("events") == [status] * 3 + [202]
    assert client.stats().rejected == 0


def test_a_server_that_asks_for_time_is_left_alone_also_when_flushing(
    server: Loopback, make_client: MakeClient
) -> None:
    server.fail("events", Fault(503, retry_after="300"))
    client = with_rules(make_client(server))
    client.submit(jpeg(), DENT)
    wait_until(lambda: server.asked("events"))
    refreshed = len(server.asked("rules"))
    wait_until(lambda: len(server.asked("rules")) > refreshed + 3)
    assert not client.flush(timeout=0.2)
    assert server.asked("events") == [503]
    assert client.stats().spooled == 1


def test_counts_are_posted_under_the_same_id_until_they_are_taken(
    server: Loopback, make_client: MakeClient
) -> None:
    server.fail("counts", Fault(is_lost=True), Fault(500), DROPPED)
    client = with_rules(make_client(server))
    client.submit(jpeg(), SURE)
    wait_until(lambda: 202 in server.asked("counts"))
    assert client.flush()
    assert server.counted() == {"no_rule_matched": 1}
    assert len(server.reports) == 1


def test_counts_that_are_refused_for_good_are_forgotten_aloud(
    server: Loopback, make_client: MakeClient
) -> None:
    server.fail("counts", Fault(422, detail="no such outcome"))
    client = with_rules(make_client(server))
    client.submit(jpeg(), SURE)
    assert client.flush()
    assert "no such outcome" in client.stats().last_trouble
    client.submit(jpeg(), SURE)
    assert client.flush()
    assert server.counted() == {"no_rule_matched": 1}


def test_counts_say_the_hour_and_the_model(server: Loopback, make_client: MakeClient) -> None:
    client = with_rules(make_client(server, model_version="parts-7"))
    client.submit(jpeg(), SURE)
    client.submit(jpeg(), SURE, model_version=8)  # type: ignore[arg-type]
    client.submit(jpeg(), SURE | {"model_version": "parts-9"}, model_version="8")
    assert client.flush()
    reports = sorted(server.reports.values(), key=lambda report: str(report["model_version"]))
    assert [report["model_version"] for report in reports] == ["8", "parts-7"]
    assert all(c["hour"].endswith(":00:00Z") for r in reports for c in r["counts"])
    assert sum(count["number"] for count in reports[0]["counts"]) == 2


def test_new_rules_are_in_force_without_a_restart(
    server: Loopback, make_client: MakeClient
) -> None:
    client = with_rules(make_client(server))
    wait_until(lambda: 304 in server.asked("rules"))
    server.rules, server.version = settings(rules=[]), 2
    wait_until(lambda: client.stats().rules_version == 2)
    client.submit(jpeg(), SURE)
    assert client.flush()
    assert client.stats().sent == 1
    assert server.asked("rules").count(200) == 2


def test_rules_that_nobody_here_understands_leave_the_old_ones_in_force(
    server: Loopback, make_client: MakeClient
) -> None:
    client = with_rules(make_client(server))
    server.rules, server.version = settings(project="other"), 2
    wait_until(lambda: "project" in client.stats().last_trouble)
    assert client.stats().rules_version == 1
    client.submit(jpeg(), DENT)
    wait_until(lambda: client.stats().sent == 1)
