"""Without a server: what is kept waits within its bounds, what is lost is reported."""

from pathlib import Path

import msgspec
import pytest

from plugin.client import ActiveLearningClient, Options
from plugin.domain.errors import InvalidInputError
from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, SURE
from tests.edge.loopback import KEY, Loopback
from tests.edge.waiting import knowing, wait_until, with_rules
from tests.samples import jpeg


def test_what_is_kept_offline_is_sent_when_the_server_is_back(
    away: Loopback, make_client: MakeClient
) -> None:
    client = knowing(away, make_client)
    for number in range(5):
        client.submit(jpeg(), DENT, event_id=f"e{number}")
        client.submit(jpeg(), SURE)
    assert not client.flush(timeout=0.2)
    wait_until(lambda: client.stats().spooled == 5)
    with away.running():
        assert client.flush()
    assert set(away.events) == {f"e{number}" for number in range(5)}
    assert (len(away.images), away.counted()) == (5, {"no_rule_matched": 5})


def test_a_restart_offline_still_decides_and_forgets_nothing(
    away: Loopback, make_client: MakeClient
) -> None:
    first = knowing(away, make_client)
    first.submit(jpeg(), DENT, event_id="e1")
    first.submit(jpeg(), SURE)
    assert not first.close(timeout=0)
    second = make_client(away)
    assert (second.stats().rules_version, second.stats().spooled) == (1, 1)
    second.submit(jpeg(), DENT, event_id="e2")
    second.submit(jpeg(), SURE)
    with away.running():
        assert second.flush()
    assert away.events.keys() == {"e1", "e2"}
    assert away.counted() == {"no_rule_matched": 2}


def test_rules_of_another_server_are_not_taken_for_its_own(
    away: Loopback, make_client: MakeClient
) -> None:
    knowing(away, make_client).close(timeout=0)
    moved = Loopback()
    with moved.running():
        pass
    assert make_client(moved).stats().rules_version == 0


def test_before_any_rules_events_wait_in_memory_for_them(
    away: Loopback, make_client: MakeClient, folder: Path
) -> None:
    client = make_client(away)
    client.submit(jpeg(), DENT, event_id="e1")
    client.submit(jpeg(), SURE)
    assert client.stats().held == 2
    assert not list((folder / "events").iterdir())
    with away.running():
        assert client.flush()
    assert (set(away.events), away.counted()) == ({"e1"}, {"no_rule_matched": 1})


@pytest.mark.parametrize(
    "bound",
    [pytest.param({"max_held": 3}, id="by number"),
     pytest.param({"max_held_bytes": 3 * (len(jpeg()) + 200)}, id="by bytes")],
)  # fmt: skip
def test_what_waits_in_memory_is_bounded_and_what_is_pushed_out_is_reported(
    away: Loopback, make_client: MakeClient, bound: dict[str, int]
) -> None:
    client = make_client(away, **bound)
    for number in range(5):
        client.submit(jpeg(), DENT, event_id=f"e{number}")
    assert (client.stats().held, client.stats().dropped) == (3, 2)
    with away.running():
        assert client.flush()
    assert away.events.keys() == {"e2", "e3", "e4"}
    assert away.counted() == {"dropped": 2}


def test_what_was_never_decided_is_reported_as_lost_at_the_next_start(
    away: Loopback, make_client: MakeClient
) -> None:
    first = make_client(away)
    first.submit(jpeg(), DENT)
    assert not first.close(timeout=0)
    assert first.stats().dropped == 1
    with away.running():
        assert make_client(away).flush()
    assert away.counted() == {"dropped": 1}


def test_a_full_spool_drops_the_oldest_and_reports_it(
    away: Loopback, make_client: MakeClient, folder: Path
) -> None:
    client = knowing(away, make_client, max_bytes=3 * (len(jpeg()) + 500))
    for number in range(5):
        client.submit(jpeg(), DENT, event_id=f"e{number}")
    wait_until(lambda: client.stats().dropped == 2)
    assert (client.stats().spooled, client.stats().kept) == (3, 5)
    on_disk = sum(path.stat().st_size for path in (folder / "events").iterdir())
    assert client.stats().spooled_bytes == on_disk
    with away.running():
        assert client.flush()
    assert (set(away.events), away.counted()) == ({"e2", "e3", "e4"}, {"dropped": 2})


def test_what_is_too_old_is_dropped_and_reported(
    away: Loopback, make_client: MakeClient, folder: Path
) -> None:
    first = knowing(away, make_client)
    first.submit(jpeg(), DENT, event_id="old")
    first.submit(jpeg(), DENT, event_id="young")
    first.close(timeout=0)
    for image in (folder / "events").glob("*.jpg"):
        if id_of(image) == "old":
            age(image)
    with away.running():
        assert make_client(away).flush()
    assert (set(away.events), away.counted()) == ({"young"}, {"dropped": 1})


def id_of(image: Path) -> str:
    record = msgspec.json.decode(image.with_suffix(".json").read_bytes())
    return str(record["event_id"])


def age(image: Path) -> None:
    """Date an event and its image back by eight days."""
    for path in (image.with_suffix(".json"), image.with_suffix(".jpg")):
        moment, _, rest = path.name.partition("-")
        older = int(moment) - 8 * 86_400 * 10**9
        path.rename(path.with_name(f"{older:020d}-{rest}"))


def test_what_a_crash_left_half_written_is_cleared_away(
    away: Loopback, make_client: MakeClient, folder: Path
) -> None:
    events = folder / "events"
    events.mkdir(parents=True)
    (events / "00000000000000000001-a.jpg").write_bytes(jpeg())
    (events / "00000000000000000002-b.json.tmp").write_bytes(b"{")
    assert make_client(away).stats().spooled == 0
    assert not list(events.iterdir())


def test_a_file_that_somebody_removed_is_reported_as_lost(
    away: Loopback, make_client: MakeClient, folder: Path
) -> None:
    client = knowing(away, make_client)
    client.submit(jpeg(), DENT)
    wait_until(lambda: client.stats().spooled == 1)
    next((folder / "events").glob("*.jpg")).unlink()
    with away.running():
        assert client.flush()
    assert away.counted() == {"dropped": 1}


def test_a_disk_that_takes_nothing_more_is_reported(
    server: Loopback, make_client: MakeClient, folder: Path
) -> None:
    client = with_rules(make_client(server))
    (folder / "events").rmdir()
    client.submit(jpeg(), DENT, model_version="parts-7")
    assert client.flush()
    assert (client.stats().dropped, server.counted()) == (1, {"dropped": 1})
    assert "the spool cannot be written" in client.stats().last_trouble


def test_a_spool_that_is_a_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    with pytest.raises(InvalidInputError, match="a folder that can be written"):
        ActiveLearningClient("http://127.0.0.1:9", KEY, project="parts", spool=tmp_path / "spool")


def test_wrong_arguments_are_told_all_at_once() -> None:
    with pytest.raises(InvalidInputError) as told:
        ActiveLearningClient("lsal.example.com", "a secret", project="../parts")
    assert [error.field for error in told.value.errors] == ["url", "key", "project"]
    assert "secret" not in str(told.value)
    with pytest.raises(InvalidInputError) as told:
        Options(refresh=0, max_bytes=-1, jpeg_quality=101)
    assert [each.field for each in told.value.errors] == ["refresh", "max_bytes", "jpeg_quality"]
