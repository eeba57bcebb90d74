"""Kinds of values that settings are made of, and how they are refused: in plain words."""

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializationInfo,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from plugin.domain.checking import MAX_CLASS_NAME

READABLE = "readable"
"""Context of a dump for people: shares as `0.5%`, durations as `1h`."""

STORED = "stored"
"""Context in which settings accepted once are read again: rules made since do not apply."""

Problem = tuple[tuple[str | int, ...], object, str]
"""Something wrong with the sum of the fields: where, the value, what was expected."""

MAX_WRITTEN = 40  # characters of a number, and of what is compared for a hint
_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_LONGEST = 31 * 86_400


class Value(BaseModel):
    """What settings are made of: never changed, and every key known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def refusal(expected: str) -> PydanticCustomError:
    """An error that says what was expected."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def refuse(title: str, problems: Iterable[Problem], context: object) -> None:
    """Raise all problems at once, each at its path; values read from the Store are spared.

    Raises:
        ValidationError: there are problems.
    """
    if context == STORED:
        return
    errors = [
        InitErrorDetails(type=refusal(expected), loc=where, input=value)
        for where, value, expected in problems
    ]
    if errors:
        raise ValidationError.from_exception_data(title, errors)


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """The end of a sentence that names the choice most like a word; empty where none is."""
    readable = [choice for choice in choices if len(choice) <= MAX_WRITTEN]
    near = difflib.get_close_matches(str(word)[:MAX_WRITTEN], readable, 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def share_text(value: float) -> float | str:
    """A share as people write it: `0.5%`, or the number where that would be longer."""
    percent = f"{(Decimal(repr(value)) * 100).normalize():f}%"
    return percent if len(percent) <= max(4, len(repr(value))) else value


def duration_text(seconds: int) -> str:
    """A duration in its largest whole unit: `1h`, `90m`, `7d`."""
    unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _share(value: object) -> float:
    share = _number(value)
    if share is None:
        raise refusal("a share like 0.5% or 0.005")
    if not 0 <= share <= 1:
        meant = 1 < share <= 100 and "%" not in str(value)
        hint = f"; did you mean {str(value).strip()}%?" if meant else ""
        raise refusal(f"a share from 0% to 100%, or 0 to 1{hint}")
    return share + 0.0  # makes a zero of minus zero


def _number(value: object) -> float | None:
    """A number as written, percent or not; decimal, so that `0.7%` is 0.007 and nothing beside."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        written = value.strip() if isinstance(value, str) else repr(float(value))
        if len(written) > MAX_WRITTEN:
            return None
        number = Decimal(written.removesuffix("%"))
        return float(number / 100 if written.endswith("%") else number)
    except ArithmeticError:
        return None


def _seconds(value: object) -> int:
    written = str(value) if isinstance(value, int | float | str) else ""
    found = re.fullmatch(r"\s*([0-9]{1,9})(?:\.0)?\s*([smhd]?)\s*", written)
    seconds = int(found[1]) * _UNITS[found[2] or "s"] if found else 0
    if not 1 <= seconds <= _LONGEST:
        raise refusal("a time like 90s, 30m, 1h or 7d, from 1s to 31d")
    return seconds


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise refusal("a whole number")
    return value


def _say_share(value: float, info: SerializationInfo) -> float | str:
    return share_text(value) if info.context == READABLE else value


def _say_duration(value: int, info: SerializationInfo) -> int | str:
    return duration_text(value) if info.context == READABLE else value


Share = Annotated[
    float, BeforeValidator(_share), PlainSerializer(_say_share), Field(ge=0, le=1)
]  # fmt: skip
"""A number from 0 to 1, written `0.005` or `0.5%`."""

Duration = Annotated[
    int, BeforeValidator(_seconds), PlainSerializer(_say_duration), Field(ge=1, le=_LONGEST)
]
"""Seconds, written `90`, `90s`, `30m`, `1h` or `7d`."""

Number = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number; true and false are none."""

Whole = Annotated[Number, Field(ge=0, le=1_000_000)]

Cap = Annotated[Number, Field(ge=0, le=1_000_000_000)]

Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A name that is safe in an address, a file name and a Redis key, and short enough for a title."""

Tag = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f,]+$")]
"""A tag; tasks carry them joined by commas."""

ClassName = Annotated[
    str, Field(min_length=1, max_length=MAX_CLASS_NAME, pattern=r"^[^\x00-\x1f]+$")
]

Email = Annotated[
    str, Field(min_length=1, max_length=254, pattern=r"^[^\x00-\x20,@]+@[^\x00-\x20,@]+$")
]
"""An e-mail address as Label Studio knows people by."""

Every = Literal["daily", "weekly", "monthly"]

PATTERNS = {
    r"^[^\x00-\x20,@]+@[^\x00-\x20,@]+$": "an e-mail address, like ann@example.com",
    r"^[a-z0-9][a-z0-9_-]*$": "only a-z, 0-9, - and _, beginning with a letter or digit",
    r"^[^\x00-\x1f,]+$": "no commas and no control characters",
    r"^[^\x00-\x1f]+$": "no control characters",
}
"""What the patterns above ask for."""
