"""One input tried: accepted, refused as documented, or a failure, made as small as quickly done."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.fuzz.target import Target

Verdict = Literal["accepted", "refused"]

MINIMISING = 5.0
"""Seconds that are spent on one input at most."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that nothing documents; `where` is the line that raised it: one for each cause."""

    target: str
    where: str
    said: str
    data: bytes


def tried(target: Target, data: bytes) -> Verdict | Failure:
    """Have a target read an input."""
    try:
        target.parse(data)
    except target.expected:
        return "refused"
    except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
        return Failure(target.name, _where(error), traceback.format_exc(limit=-4), data)
    return "accepted"


def minimised(target: Target, failure: Failure) -> Failure:
    """The same failure from less: pieces are left out for as long as it fails at the same line."""
    ends = time.monotonic() + MINIMISING

    def fails(data: bytes) -> Failure | None:
        again = tried(target, data)
        same = isinstance(again, Failure) and again.where == failure.where
        return again if same and isinstance(again, Failure) else None

    best, size = failure, len(failure.data) // 2
    while size and time.monotonic() < ends:
        best = _without_pieces(best, size, fails, ends)
        size //= 2
    return best


def _without_pieces(
    best: Failure, size: int, fails: Callable[[bytes], Failure | None], ends: float
) -> Failure:
    at = 0
    while at < len(best.data) and time.monotonic() < ends:
        smaller = fails(best.data[:at] + best.data[at + size :])
        at, best = (at, smaller) if smaller else (at + size, best)
    return best


def _where(error: BaseException) -> str:
    """The kind of the error and the line of ours that is nearest to it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "/site-packages/" not in each.filename]
    nearest = (ours or list(frames))[-1]
    return f"{type(error).__name__} at {nearest.filename.rpartition('/')[2]}:{nearest.lineno}"
