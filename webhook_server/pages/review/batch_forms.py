"""The forms on the page of a batch: what was typed, read as what is meant."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from werkzeug.datastructures import MultiDict

from plugin.domain.assigning import MAX_OVERLAP, Wish, split
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.reviewing import Assignments
from plugin.formats.reading import UNREADABLE
from webhook_server.pages.filters import counted

IMAGES = "images:"
"""What comes before an e-mail address in the name of the field for that person's number."""

MAX_DIGITS = 9


class Seen(msgspec.Struct, frozen=True):
    """What a page showed when its forms were made: images by reviewer, instructions' checksum."""

    shares: dict[str, int] = {}
    instructions: int = 0


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog that is open when the page loads: what was typed, and what is wrong with it."""

    name: str
    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    details: Sequence[str] = ()
    """A sentence each: what is wrong, or what somebody else changed meanwhile."""


@dataclass(frozen=True, slots=True)
class AssignForm:
    """Who is to get how many images."""

    wishes: tuple[Wish, ...]
    shuffle: bool
    overlap: int
    instructions: str


def seen(assignments: Assignments) -> str:
    """What a page shows, to be sent back with its forms."""
    shares = {share.reviewer: len(share.tasks) for share in assignments.shares}
    said = Seen(shares, zlib.crc32(assignments.instructions.encode()))
    return msgspec.json.encode(said).decode()


def changes_since(said: str, now: Assignments) -> list[str]:
    """What was changed since a page showed it, a sentence each; [] where that cannot be told."""
    try:
        before = msgspec.json.decode(said, type=Seen)
    except UNREADABLE:
        return []
    had, shares = before.shares, {share.reviewer: len(share.tasks) for share in now.shares}
    found = [
        f"{reviewer} has {counted(shares.get(reviewer, 0), 'image')} now,"
        f" had {had.get(reviewer, 0):,}."
        for reviewer in had.keys() | shares.keys()
        if shares.get(reviewer) != had.get(reviewer)
    ]
    if zlib.crc32(now.instructions.encode()) != before.instructions:
        found.append("The instructions were changed.")
    return sorted(found)


def base_of(typed: MultiDict[str, str]) -> int:
    """The revision that a form was made from.

    Raises:
        InvalidInputError: the form does not say.
    """
    return _whole(typed, "base", least=0)


def assign_form(typed: MultiDict[str, str], free: int) -> AssignForm:
    """Who is to get how many images; numbers left empty share what the others leave.

    Args:
        typed: the form.
        free: images that nobody has.

    Raises:
        InvalidInputError: naming every field that is wrong.
    """
    reviewers = list(dict.fromkeys(typed.getlist("reviewer")))
    if not reviewers:
        raise InvalidInputError(FieldError("reviewer", "", "at least one person"))
    overlap = _whole(typed, "overlap", most=MAX_OVERLAP) if typed.get("overlap") else 1
    numbers = _numbers(typed, reviewers, free)
    return AssignForm(
        wishes=tuple(_filled(numbers, free, overlap)),
        shuffle="shuffle" in typed,
        overlap=overlap,
        instructions=typed.get("instructions", ""),
    )


def move_count(typed: MultiDict[str, str]) -> int | None:
    """How many images are to change hands; None for all that are not done.

    Raises:
        InvalidInputError: it is no number.
    """
    return _whole(typed, "images") if typed.get("images", "").strip() else None


def _numbers(
    typed: MultiDict[str, str], reviewers: Sequence[str], free: int
) -> dict[str, int | None]:
    """The number that was typed for each person, None where none was."""
    found: dict[str, int | None] = {}
    wrong: list[FieldError] = []
    for reviewer in reviewers:
        name = f"{IMAGES}{reviewer}"
        try:
            given = typed.get(name, "").strip()
            found[reviewer] = _whole(typed, name, most=free or None) if given else None
        except InvalidInputError as error:
            wrong += error.errors
    if wrong:
        raise InvalidInputError(*wrong)
    return found


def _filled(numbers: Mapping[str, int | None], free: int, overlap: int) -> list[Wish]:
    """A number for everybody: those without one share evenly what the others leave."""
    empty = [reviewer for reviewer, number in numbers.items() if number is None]
    # Each image is counted as often as it is reviewed, and once at most for one person.
    rest = max(0, free * overlap - sum(number or 0 for number in numbers.values()))
    shares = dict(zip(empty, split(rest, len(empty)), strict=True)) if empty else {}
    if none := [reviewer for reviewer in empty if not shares[reviewer]]:
        expected = "a number: nothing is left to split"
        raise InvalidInputError(*(FieldError(f"{IMAGES}{each}", "", expected) for each in none))
    return [
        Wish(reviewer, min(free, shares[reviewer]) if number is None else number)
        for reviewer, number in numbers.items()
    ]


def _whole(typed: MultiDict[str, str], name: str, least: int = 1, most: int | None = None) -> int:
    """A whole number of a form.

    Raises:
        InvalidInputError: it is none, or out of bounds.
    """
    text = typed.get(name, "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        number = int(text)
        if least <= number and (most is None or number <= most):
            return number
    bounds = f", {least} or more" if most is None else f" from {least} to {most:,}"
    raise InvalidInputError(FieldError(name, text, f"a whole number{bounds}"))
