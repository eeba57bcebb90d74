"""How much of their caps projects have used, as admission counts it."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redis import Redis

from plugin.domain.settings import ProjectSettings
from plugin.domain.windows import window_starts
from plugin.stores.candidates.admission_questions import keys_of
from plugin.stores.scripts import Script


class Used(NamedTuple):
    """Frames kept in the current windows, whether or not they are limited."""

    minute: int
    hour: int
    day: int


class UsedBudget:
    """Reads the counters of admission; charges nothing."""

    def __init__(self, redis: Redis) -> None:
        self._read = Script(redis, 1, "counters.lua", "used.lua")

    def of(self, settings: ProjectSettings, now: datetime) -> Used | None:
        """What a project has used; None where Redis counts nothing: none was kept, or it is lost.

        Raises:
            RedisError: Redis does not answer.
        """
        starts = window_starts(now, ZoneInfo(settings.batch.timezone)).values()
        found = self._read(keys_of(settings.project, now)[0], *starts)
        return Used(*map(int, found)) if found else None
