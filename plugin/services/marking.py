"""From Label Studio's annotations and drafts to what each person made of an image."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from plugin.domain.reviewing import Mark
from plugin.labelstudio.values import Draft

EmailOf = Callable[[int], str]
"""The e-mail address of a user of Label Studio, by the user's id."""


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


def changed_at(annotation: Mapping[str, Any]) -> datetime:
    """When an annotation was made, or changed last."""
    return datetime.fromisoformat(str(annotation["updated_at"]))


def reviewer_of(annotation: Mapping[str, Any], email_of: EmailOf) -> str:
    """Who made an annotation, by e-mail address."""
    by = annotation.get("completed_by")
    return email_of(by) if isinstance(by, int) else str(by)


def _weight(mark: Mark) -> tuple[bool, datetime]:
    return mark.state == "finished", mark.at


def _mark(annotation: Mapping[str, Any], email_of: EmailOf) -> Mark:
    return Mark(
        reviewer=reviewer_of(annotation, email_of),
        state="skipped" if annotation.get("was_cancelled") else "finished",
        at=changed_at(annotation),
        seconds=annotation.get("lead_time"),
        annotation_id=int(annotation["id"]),
    )


def _draft(draft: Draft) -> Mark:
    return Mark(reviewer=draft.reviewer, state="draft", at=draft.at, seconds=draft.seconds)
