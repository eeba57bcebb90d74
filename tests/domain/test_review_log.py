"""The log of changed reviews: each entry is read once, also one that comes into sight late."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.stores.backends.folder import FolderStore
from plugin.stores.review.review_log import Cursor, ReviewLog, ReviewsChanged
from tests.samples import NOW


class Counting(FolderStore):
    """Knows what was listed."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, synced=False)
        self.listed: list[str] = []

    def keys(self, prefix: str) -> Iterator[str]:
        self.listed.append(prefix)
        return super().keys(prefix)


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "store")


def add(log: ReviewLog, name: str, minutes: float) -> None:
    log.append("parts", ReviewsChanged("monday", (name,)), NOW + timedelta(minutes=minutes))


def read(log: ReviewLog, cursor: Cursor) -> tuple[list[str], Cursor]:
    keys, after = log.entries("parts", cursor)
    return [each for entry in log.read(keys) for each in entry.frame_ids], after


def test_entries_come_in_order_and_once(store: Counting) -> None:
    log = ReviewLog(store)
    assert read(log, Cursor()) == ([], Cursor())
    for at in (1, 5, 3):
        add(log, f"frame {at}", at)
    found, cursor = read(log, Cursor())
    assert found == ["frame 1", "frame 3", "frame 5"]
    assert read(log, cursor) == ([], cursor)
    add(log, "frame 7", 7)
    found, cursor = read(log, cursor)
    assert found == ["frame 7"]


def test_one_that_comes_into_sight_late_is_read(store: Counting) -> None:
    log = ReviewLog(store)
    add(log, "first", 0)
    add(log, "last", 50)
    _, cursor = read(log, Cursor())
    add(log, "late", 20)
    found, cursor = read(log, cursor)
    assert found == ["late"]
    assert read(log, cursor)[0] == []


def test_of_days_long_past_nothing_is_listed(store: Counting) -> None:
    log = ReviewLog(store)
    for day in range(30):
        add(log, f"day {day}", day * 24 * 60)
    _, cursor = read(log, Cursor())
    store.listed.clear()
    add(log, "today", 29 * 24 * 60 + 5)
    found, cursor = read(log, cursor)
    assert (found, len(store.listed)) == (["today"], 1)
    assert len(cursor.seen) == 2, "what is older is not remembered"


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=25))
def test_whatever_the_order_each_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    """Entries of less than an hour, in any order, read in between at any moment."""
    log = ReviewLog(FolderStore(tmp_path_factory.mktemp("store"), synced=False))
    cursor, seen = Cursor(), []
    for number, (minutes, is_read) in enumerate(steps):
        add(log, str(number), minutes)
        if is_read:
            found, cursor = read(log, cursor)
            seen += found
    seen += read(log, cursor)[0]
    assert sorted(seen) == sorted(map(str, range(len(steps))))
