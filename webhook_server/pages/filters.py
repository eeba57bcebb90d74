"""How numbers, times and words are written, the same on every page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def number(value: int) -> str:
    """A number as the page writes it: `1,234,567`."""
    return f"{value:,}"


def counted(count: int, one: str) -> str:
    """A number of things: `1 image`, `1,234 images`."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def percent_of(count: int, whole: int) -> str:
    """A share of a whole: `62%`, `0.4%`, `<0.1%`; rounded down, so that 100% means all of it."""
    per_mille = 1000 * count // whole if whole else 0
    if per_mille == 0:
        return "<0.1%" if count else "0%"
    return f"{per_mille // 10}%" if per_mille >= 100 else f"{per_mille / 10:g}%"


def in_utc(moment: datetime) -> str:
    """A time as the page writes it: `23 Nov 2026, 14:05 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def slug(words: str) -> str:
    """Words as addresses and style sheets have them: `in-review`."""
    return words.lower().replace(" ", "-")


FILTERS: tuple[Callable[..., Any], ...] = (number, percent_of, in_utc, slug)
"""What templates may write after a bar, under the functions' own names."""
