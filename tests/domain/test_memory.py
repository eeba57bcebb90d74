"""What Redis has to know of the frames that were kept."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugin.domain.budget import REMEMBER, generation
from plugin.domain.memory import Count, KeptFrame, Look, remember, remembered_since
from tests.samples import NOW, settings

BERLIN = settings(batch={"timezone": "Europe/Berlin"})
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Berlin"))


def kept(received_at: datetime, rule: str = "r", look: str = "") -> KeptFrame:
    return KeptFrame(f"{received_at.timestamp():.0f}", received_at, rule, "d", look)


def frames_counted(*frames: KeptFrame, now: datetime = NOW) -> dict[str, tuple[int, ...]]:
    counts = remember(frames, BERLIN, now).counts
    return {scope: count.frames for scope, count in counts.items()}


@pytest.mark.parametrize(
    ("received_at", "counted"),
    [
        (NOW, (1, 1, 1)),
        (NOW + timedelta(seconds=59), (1, 1, 1)),
        (NOW - timedelta(seconds=1), (0, 0, 1)),
        (MIDNIGHT, (0, 0, 1)),
    ],
)
def test_a_frame_counts_in_the_windows_that_it_was_received_in(
    received_at: datetime, counted: tuple[int, ...]
) -> None:
    assert frames_counted(kept(received_at)) == {"": counted, "r": counted}


def test_yesterday_ends_at_midnight_in_the_time_zone_of_the_project() -> None:
    assert frames_counted(kept(MIDNIGHT - timedelta(seconds=1))) == {"": (0, 0, 0)}


def test_each_rule_counts_its_own_and_the_project_all() -> None:
    frames = [kept(NOW, rule) for rule in ("a", "a", "b", "")]
    counted = frames_counted(*frames)
    assert {scope: numbers[2] for scope, numbers in counted.items()} == {"": 4, "a": 2, "b": 1}


def test_a_project_without_frames_has_a_counter_all_the_same() -> None:
    (count,) = remember([], BERLIN, NOW).counts.values()
    assert count == Count(
        (int(NOW.timestamp()), int(NOW.timestamp()), int(MIDNIGHT.timestamp())), (0, 0, 0)
    )


def test_a_clock_that_was_set_back_stays_in_the_windows_that_frames_have_reached() -> None:
    assert frames_counted(kept(NOW), now=NOW - timedelta(hours=1))[""] == (1, 1, 1)


def test_events_are_remembered_for_the_generation_they_came_in_and_the_next() -> None:
    now = datetime.fromtimestamp(generation(NOW) * REMEMBER, NOW.tzinfo)
    ages = [timedelta(0), timedelta(seconds=REMEMBER), timedelta(seconds=REMEMBER + 1)]
    frames = [kept(now - age) for age in ages]
    events = remember(frames, BERLIN, now).events
    assert {number: list(found) for number, found in events.items()} == {
        generation(now): [frames[0].frame_id], generation(now) - 1: [frames[1].frame_id],
    }  # fmt: skip
    assert remembered_since(now) == frames[1].received_at


def test_looks_are_those_of_the_near_duplicate_window() -> None:
    near = settings(near_duplicates={"within": "1h", "distance": 4})
    hour = timedelta(hours=1)
    frames = [kept(NOW - hour, look="a"), kept(NOW - hour - timedelta(seconds=1), look="b")]
    found = remember([*frames, kept(NOW)], near, NOW).looks
    assert found == [Look("a", frames[0].frame_id, int(frames[0].received_at.timestamp()))]
    assert remember(frames, BERLIN, NOW).looks == []
