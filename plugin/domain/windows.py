"""Clock-aligned windows that caps are counted in, and the periods that batches are made for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from plugin.domain.settings import BatchSettings, Limits

Window = Literal["minute", "hour", "day"]


def windows(limits: Limits, now: datetime, timezone: ZoneInfo) -> Iterator[tuple[Window, int, int]]:
    """Yield each limited window as (name, start in Unix seconds, limit).

    Minutes and hours are those of UTC, days those of the project's time zone.
    """
    if limits.per_minute is not None:
        yield "minute", int(now.timestamp()) // 60 * 60, limits.per_minute
    if limits.per_hour is not None:
        yield "hour", int(now.timestamp()) // 3600 * 3600, limits.per_hour
    if limits.per_day is not None:
        midnight = now.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
        yield "day", int(midnight.timestamp()), limits.per_day


def period_of(batch: BatchSettings, now: datetime) -> str:
    """The period a batch is made for: `2026-11-23`, `2026-W48`, `2026-11` or `all`."""
    local = now.astimezone(ZoneInfo(batch.timezone))
    match batch.recreate:
        case "daily":
            return local.strftime("%Y-%m-%d")
        case "weekly":
            return local.strftime("%G-W%V")
        case "monthly":
            return local.strftime("%Y-%m")
        case _:
            return "all"
