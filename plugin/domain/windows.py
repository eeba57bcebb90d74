"""Clock-aligned windows that caps are counted in, and the periods that batches are made for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from plugin.domain.fields import Every
from plugin.domain.settings import BatchSettings, Limits

Window = Literal["minute", "hour", "day"]
WINDOWS: tuple[Window, ...] = get_args(Window)

_PERIODS: dict[Every, str] = {"daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m"}


def window_starts(now: datetime, timezone: ZoneInfo) -> Mapping[Window, int]:
    """When the current minute, hour and day began, in Unix seconds.

    Minutes and hours are those of UTC, days those of the time zone.
    """
    return _window_starts(int(now.timestamp()) // 60, timezone)


@lru_cache(maxsize=256)
def _window_starts(minute: int, timezone: ZoneInfo) -> Mapping[Window, int]:
    local = datetime.fromtimestamp(minute * 60, timezone)
    # Where clocks go back over midnight it comes twice; the day began at the first.
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return {"minute": minute * 60, "hour": minute // 60 * 3600, "day": int(midnight.timestamp())}


def limited(limits: Limits) -> Iterator[tuple[Window, int]]:
    """Yield each limited window with its limit."""
    if limits.per_minute is not None:
        yield "minute", limits.per_minute
    if limits.per_hour is not None:
        yield "hour", limits.per_hour
    if limits.per_day is not None:
        yield "day", limits.per_day


def period_of(batch: BatchSettings, now: datetime) -> str:
    """The period a batch is made for: `2026-11-23`, `2026-W48`, `2026-11` or `all`."""
    if batch.recreate == "never":
        return "all"
    return period_at(batch.recreate, now, batch.timezone)


def period_at(every: Every, moment: datetime, zone: str) -> str:
    """The day, week or month of a moment in a time zone: `2026-11-23`, `2026-W48` or `2026-11`."""
    return moment.astimezone(ZoneInfo(zone)).strftime(_PERIODS[every])
