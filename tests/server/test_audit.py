"""The audit log: what was done stays, newest first."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from plugin.stores.access.audit import Audit
from plugin.stores.backends.folder import FolderStore

MIDNIGHT = datetime(2026, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC)


def audit(folder: Path, step: timedelta = timedelta(milliseconds=50)) -> Audit:
    """A log whose clock takes a step with each entry."""
    times = (MIDNIGHT + number * step for number in range(1_000))
    return Audit(FolderStore(folder), lambda: next(times))


def test_the_newest_come_first_across_days_and_years(tmp_path: Path) -> None:
    log = audit(tmp_path)
    for number in range(5):
        log.add("ann@example.com", "settings.changed", "parts", subject=str(number))
    assert [entry.subject for entry in log.newest(3)] == ["4", "3", "2"]
    assert [entry.at.year for entry in log.newest(9)] == [2027, 2027, 2027, 2026, 2026]


def test_an_entry_says_who_did_what_to_what(tmp_path: Path) -> None:
    log = audit(tmp_path)
    text = "<b>40</b> images to ben@example.com خدش"
    added = log.add("ann@example.com", "images.assigned", "parts", "2026-11-23", text)
    assert log.newest(1) == [added]
    assert (added.by, added.detail, added.at) == ("ann@example.com", text, MIDNIGHT)


def test_those_of_one_project_are_found_among_others(tmp_path: Path) -> None:
    log = audit(tmp_path, timedelta(days=20))
    for project in ("parts", "doors", "", "parts"):
        log.add("ann@example.com", "settings.changed", project)
    assert [entry.project for entry in log.newest(10, "parts")] == ["parts", "parts"]
    assert len(log.newest(10)) == 4


def test_nothing_is_written_over(tmp_path: Path) -> None:
    log = audit(tmp_path, timedelta())
    for _ in range(20):
        log.add("ann@example.com", "signed_in")
    assert len(log.newest(100)) == 20


def test_an_empty_log_is_empty(tmp_path: Path) -> None:
    assert audit(tmp_path).newest(10) == []
