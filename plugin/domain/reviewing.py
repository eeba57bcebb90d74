"""What became of a batch's images: who was given which, who began, finished or skipped which."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

State = Literal["open", "draft", "skipped", "finished"]


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one person made of one image; `seconds` is the time they took, where it is known."""

    reviewer: str
    state: Literal["draft", "skipped", "finished"]
    at: datetime
    seconds: float | None = None
    annotation_id: int = 0


class Ledger(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the review of a batch is, as Label Studio said.

    `total` counts its tasks there; `marks` has the tasks that somebody touched. `looked_until` is
    the newest change that was seen, `looked_at` the time of the last look.
    """

    total: int = 0
    marks: dict[int, tuple[Mark, ...]] = {}
    looked_until: datetime | None = None
    looked_at: datetime | None = None


class Share(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The images that one person has in one batch, in the order in which they were dealt.

    `link` is the path in Label Studio where they begin; `view_id` their tab there, where the
    edition needs one.
    """

    reviewer: str
    tasks: tuple[int, ...]
    shuffled: bool
    link: str
    assigned_at: datetime
    view_id: int | None = None


class Assignments(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who has what in a batch, one share a person; `revision` grows with every change.

    `instructions` are what the manager typed. `released` has the images that somebody gave back:
    whom they lay idle with, or "" where a manager took them, to deal them anew by hand.
    """

    revision: int = 0
    shares: tuple[Share, ...] = ()
    instructions: str = ""
    released: dict[int, str] = {}

    def of(self, reviewer: str) -> Share | None:
        """The share of one person."""
        return next((share for share in self.shares if share.reviewer == reviewer), None)


def holders(shares: Iterable[Share]) -> dict[int, tuple[str, ...]]:
    """Who has which task: reviewers by task id; several where an image is reviewed twice."""
    found: dict[int, list[str]] = {}
    for share in shares:
        for task in share.tasks:
            found.setdefault(task, []).append(share.reviewer)
    return {task: tuple(reviewers) for task, reviewers in found.items()}


def state_of(marks: Iterable[Mark], wanted: int = 1) -> State:
    """How far one image is, when `wanted` people are to review it (at least 1).

    It is done when as many have finished or skipped it; what at least one finished is finished.
    """
    states = [mark.state for mark in marks]
    done = len(states) - states.count("draft")
    if done >= max(1, wanted):
        return "finished" if "finished" in states else "skipped"
    return "draft" if states else "open"


def is_done_by(reviewer: str, marks: Iterable[Mark]) -> bool:
    """Whether a person has finished or skipped an image."""
    return any(mark.reviewer == reviewer and mark.state != "draft" for mark in marks)


def states(ledger: Ledger, has: Mapping[int, tuple[str, ...]]) -> dict[int, State]:
    """How far every image is that somebody touched, by task id; `has` says who has which."""
    return {task: state_of(marks, len(has.get(task, ()))) for task, marks in ledger.marks.items()}
