"""What was sent twice is looked for at its times, on any clock."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.doubts import LOOKS_AFTER, Doubt, Doubts
from tests.samples import NOW

PROJECT = "parts"


@pytest.fixture
def doubts(tmp_path: Path) -> Doubts:
    return Doubts(FolderStore(tmp_path))


def only(doubts: Doubts) -> Doubt:
    (found,) = doubts.of_project(PROJECT)
    return found


def test_a_doubt_is_due_at_its_times(doubts: Doubts) -> None:
    doubts.note(PROJECT, "2026-11-23", ["aa", "bb"], NOW)
    first, last = LOOKS_AFTER
    almost = timedelta(seconds=1)
    assert doubts.due(PROJECT, NOW + first - almost) == []
    assert doubts.due(PROJECT, NOW + first) == [only(doubts)]
    looked = msgspec.structs.replace(only(doubts), looks=only(doubts).looks[1:])
    doubts.replace(looked)
    assert doubts.due(PROJECT, NOW + last - almost) == []
    assert doubts.due(PROJECT, NOW + last) == [looked]
    doubts.end(looked)
    assert doubts.of_project(PROJECT) == []


def test_a_clock_that_was_set_back_holds_up_no_look(doubts: Doubts) -> None:
    doubts.note(PROJECT, "2026-11-23", ["aa"], NOW)
    assert doubts.due(PROJECT, NOW - timedelta(days=1)) == [only(doubts)]


def test_what_is_sent_once_more_stays_in_doubt(doubts: Doubts) -> None:
    doubts.note(PROJECT, "2026-11-23", ["aa", "bb", "cc"], NOW)
    doubts.replace(msgspec.structs.replace(only(doubts), both=("cc",)))
    later = NOW + timedelta(minutes=5)
    doubts.note(PROJECT, "2026-11-23", ["aa", "dd"], later)
    assert only(doubts).frame_ids == ("aa", "bb", "cc", "dd")
    assert only(doubts).looks == tuple(later + wait for wait in LOOKS_AFTER)
    assert only(doubts).both == ("cc",)
    doubts.note(PROJECT, "2026-11-24", ["aa"], later)
    assert len(doubts.of_project(PROJECT)) == 2
    assert doubts.of_project("other") == []
