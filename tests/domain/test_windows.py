"""Windows are aligned with the clock, days with that of the project."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from plugin.domain.settings import BatchSettings, Limits
from plugin.domain.windows import limited, period_of, window_starts

BERLIN = ZoneInfo("Europe/Berlin")


def starts(now: datetime) -> dict[str, str]:
    found = window_starts(now, BERLIN)
    return {
        name: datetime.fromtimestamp(at, UTC).strftime("%d. %H:%M") for name, at in found.items()
    }


def test_minutes_and_hours_are_utc_and_days_local() -> None:
    assert starts(datetime(2026, 11, 23, 23, 30, 59, tzinfo=UTC)) == {
        "minute": "23. 23:30",
        "hour": "23. 23:00",
        "day": "23. 23:00",  # it is the 24th in Berlin
    }


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        pytest.param(datetime(2026, 3, 29, 12, tzinfo=UTC), "28. 23:00", id="clocks go forward"),
        pytest.param(datetime(2026, 3, 29, 22, tzinfo=UTC), "29. 22:00", id="the day after"),
        pytest.param(datetime(2026, 10, 25, 12, tzinfo=UTC), "24. 22:00", id="clocks go back"),
        pytest.param(datetime(2026, 10, 25, 23, tzinfo=UTC), "25. 23:00", id="the day after that"),
    ],
)
def test_days_of_23_and_25_hours(now: datetime, midnight: str) -> None:
    assert starts(now)["day"] == midnight


def test_only_limited_windows_are_counted() -> None:
    assert [name for name, _ in limited(Limits(per_hour=5))] == ["hour"]


@pytest.mark.parametrize(
    ("recreate", "period"),
    [("daily", "2027-01-01"), ("weekly", "2026-W53"), ("monthly", "2027-01"), ("never", "all")],
)
def test_periods_follow_the_projects_clock(recreate: str, period: str) -> None:
    batch = BatchSettings.model_validate({"recreate": recreate, "timezone": "Europe/Berlin"})
    assert period_of(batch, datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == period
