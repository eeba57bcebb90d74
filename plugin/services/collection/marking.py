"""From Label Studio's annotations and drafts to what each person made of an image."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from plugin.domain.errors import InvalidInputError, LabelStudioError
from plugin.domain.reviewing import Mark
from plugin.formats import reading
from plugin.formats.native import Timestamp
from plugin.labelstudio.values import Draft

EmailOf = Callable[[int], str]
"""The e-mail address of a user of Label Studio, by the user's id."""


class Annotation(msgspec.Struct, frozen=True):
    """What we read of an annotation; `completed_by` is a user's id, or a name where there is none.

    `updated_at` is when it was made, or changed last; `lead_time` are seconds.
    """

    id: int
    updated_at: Timestamp
    completed_by: Any = None
    was_cancelled: bool | None = None
    ground_truth: bool | None = None
    lead_time: float | None = None
    result: list[Any] = []


class Emails:
    """E-mail addresses by user id, asked for when the first one is needed."""

    def __init__(self, ask: Callable[[], Mapping[int, str]]) -> None:
        self._ask = ask
        self._known: dict[int, str] = {}

    def __call__(self, user: int) -> str:
        """The address of a user; the id itself of one who is gone."""
        if user not in self._known:
            self._known = {user: str(user), **self._known, **self._ask()}
        return self._known[user]


def marks_of(annotations: Iterable[Mapping[str, Any]], email_of: EmailOf) -> tuple[Mark, ...]:
    """One mark for each person: what they finished counts more than what they skipped.

    Of several the newest counts. Sorted by e-mail address.

    Raises:
        LabelStudioError: an annotation is none.
    """
    found = (_mark(each, email_of) for each in annotations)
    marks = {mark.reviewer: mark for mark in sorted(found, key=_weight)}
    return tuple(marks[reviewer] for reviewer in sorted(marks))


def with_drafts(marks: Iterable[Mark], drafts: Iterable[Draft]) -> tuple[Mark, ...]:
    """The marks, with one for each person who has submitted nothing and has a draft."""
    # A draft that changes a submitted annotation takes nothing from its being submitted.
    found = {draft.reviewer: _draft(draft) for draft in drafts if draft.annotation_id is None}
    found |= {mark.reviewer: mark for mark in marks}
    return tuple(found[reviewer] for reviewer in sorted(found))


def without_drafts(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks of what was submitted."""
    return tuple(mark for mark in marks if mark.state != "draft")


def read_annotation(said: Mapping[str, Any]) -> Annotation:
    """An annotation as Label Studio gives it.

    Raises:
        LabelStudioError: it is none; naming the field.
    """
    try:
        return reading.read(said, Annotation, "annotation")
    except InvalidInputError as error:
        raise LabelStudioError(0, f"answered with something else: {error}") from error


def reviewer_of(annotation: Annotation, email_of: EmailOf) -> str:
    """Who made an annotation, by e-mail address."""
    by = annotation.completed_by
    # Half a character, which JSON can hold, could not be stored.
    return email_of(by) if isinstance(by, int) else str(by).encode(errors="replace").decode()


def _weight(mark: Mark) -> tuple[bool, datetime]:
    return mark.state == "finished", mark.at


def _mark(said: Mapping[str, Any], email_of: EmailOf) -> Mark:
    annotation = read_annotation(said)
    return Mark(
        reviewer=reviewer_of(annotation, email_of),
        state="skipped" if annotation.was_cancelled else "finished",
        at=annotation.updated_at,
        seconds=annotation.lead_time,
        annotation_id=annotation.id,
    )


def _draft(draft: Draft) -> Mark:
    return Mark(reviewer=draft.reviewer, state="draft", at=draft.at, seconds=draft.seconds)
