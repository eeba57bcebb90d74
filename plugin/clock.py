"""The time, passed in wherever it matters."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers with the time now, with a time zone."""


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)
