"""Which batches are looked at next, however many there are."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from plugin.domain.rotation import MOST, MOST_QUIET, Watched, due, next_slice
from tests.samples import NOW

RUN = timedelta(seconds=30)
"""Between two runs of the job."""


def watched(
    name: str, minutes: float | None = None, *, moved: bool = False, busy: bool = False
) -> Watched:
    """A batch that was looked at some minutes ago, or never."""
    last = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Watched("parts", name, last, moved or last is None, busy)


def names(batches: Iterable[Watched]) -> list[str]:
    return [each.name for each in batches]


def test_moved_batches_come_first_then_busy_ones_then_the_others_oldest_look_first() -> None:
    batches = [
        watched("quiet", 60), watched("quieter", 90), watched("busy", 2, busy=True),
        watched("moved", 0.1, moved=True), watched("new"), watched("busier", 3, busy=True),
    ]  # fmt: skip
    expected = ["new", "moved", "busier", "busy", "quieter", "quiet"]
    assert names(due(batches, NOW)) == expected


def test_what_was_looked_at_just_now_waits() -> None:
    batches = [watched("quiet", 3), watched("busy", 0.5, busy=True)]
    assert due(batches, NOW) == []
    assert names(due(batches, NOW + timedelta(seconds=20))) == ["busy"]
    assert names(due(batches, NOW + timedelta(minutes=1))) == ["busy", "quiet"]


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    assert names(due([watched("busy", -60, busy=True)], NOW)) == ["busy"]


def test_one_run_looks_at_so_many_batches_and_no_more() -> None:
    moved = [watched(f"moved-{number}", 1, moved=True) for number in range(MOST + 10)]
    assert len(due(moved, NOW)) == MOST
    quiet = [watched(f"quiet-{number}", 60) for number in range(MOST)]
    assert len(due(quiet, NOW)) == MOST_QUIET


@pytest.mark.parametrize(
    ("busy", "quiet", "within"),
    [
        pytest.param(450, 150, timedelta(minutes=5), id="450 in review and 150 others"),
        pytest.param(45, 0, timedelta(minutes=1), id="45 in review"),
        pytest.param(4500, 1500, timedelta(minutes=50), id="ten times as many"),
    ],
)
def test_every_batch_is_looked_at_again_in_time(busy: int, quiet: int, within: timedelta) -> None:
    looked = {f"busy-{number}": NOW - number // 45 * RUN for number in range(busy)}
    looked |= {f"quiet-{number}": NOW - number // 15 * RUN for number in range(quiet)}
    longest = timedelta(0)
    for run in range(1, 200):
        now = NOW + run * RUN
        chosen = due((known(name, last) for name, last in looked.items()), now)
        longest = max([longest, *(now - looked[each.name] for each in chosen)])
        looked |= dict.fromkeys(names(chosen), now)
    assert longest <= within
    assert min(looked.values()) > NOW, "none is forgotten"


def known(name: str, last: datetime) -> Watched:
    return Watched("parts", name, last, moved=False, busy=name.startswith("busy"))


def test_counts_are_asked_for_in_turn() -> None:
    ids = list(range(25))
    found = [next_slice(ids, start, 10) for start in (0, 10, 20)]
    assert [each[0] for each in found] == [0, 10, 20]
    assert set().union(*found) == set(ids)
    assert next_slice(ids, 7, 100) == [*range(7, 25), *range(7)]
    assert next_slice([], 7, 100) == []
