"""Jobs as data: a worker runs the functions of `plugin.jobs`, whatever somebody put into Redis.

RQ calls any function that a job names, its callbacks too, and posts to any address that it names.
Ours names one of our jobs, and what it is for. https://python-rq.org/docs/jobs/
"""

import re
from collections.abc import Callable
from typing import Any

from rq.job import Job

from plugin.domain.errors import ForbiddenError

MODULE = "plugin.jobs"

_NAME = re.compile(re.escape(MODULE) + r"\.[a-z][a-z_]*")


class KnownJob(Job):
    """A job that does nothing but call a function of ours."""

    @property
    def func(self) -> Callable[..., Any]:
        """The function.

        Raises:
            ForbiddenError: it is none of our jobs. What it names instead is not even imported.
        """
        name = self.func_name or ""
        if _NAME.fullmatch(name) and self.instance is None:
            found: Callable[..., Any] = super().func
            if found.__module__ == MODULE:  # and not imported there
                return found
        raise ForbiddenError(f"{name[:100]!r} is no job of ours")

    def restore(self, raw_data: dict[Any, Any]) -> None:
        """Read it from Redis, without callbacks and webhooks, which no job of ours has."""
        super().restore(raw_data)
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks = []
