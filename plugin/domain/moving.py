"""What becomes of the shares of a batch when images are dealt, moved on or given back."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.reviewing import Assignments, Ledger, Share, holders, is_done_by, state_of


def free_tasks(tasks: Iterable[int], assignments: Assignments, ledger: Ledger) -> list[int]:
    """Those of the tasks that nobody has and nobody did, in their order."""
    held = holders(assignments.shares)
    return [
        task
        for task in tasks
        if task not in held and state_of(ledger.marks.get(task, ())) in {"open", "draft"}
    ]


def with_hands(
    before: Assignments, hands: Mapping[str, tuple[int, ...]], now: datetime, *, shuffled: bool
) -> Assignments:
    """The assignments after tasks were dealt to people, on top of what they have."""
    shares = {share.reviewer: share for share in before.shares}
    for reviewer, tasks in hands.items():
        had = shares.get(reviewer) or Share(
            reviewer=reviewer, tasks=(), shuffled=shuffled, link="", assigned_at=now
        )
        shares[reviewer] = _with_more(had, tasks, now, shuffled=shuffled)
    dealt = {task for tasks in hands.values() for task in tasks}
    released = {task: by for task, by in before.released.items() if task not in dealt}
    return msgspec.structs.replace(before, shares=tuple(shares.values()), released=released)


def _with_more(had: Share, tasks: tuple[int, ...], now: datetime, *, shuffled: bool) -> Share:
    """A share with more tasks; another order begins at another place, which is not known yet."""
    more = msgspec.structs.replace(had, tasks=(*had.tasks, *tasks), assigned_at=now)
    if had.shuffled == shuffled:
        return more
    return msgspec.structs.replace(more, shuffled=shuffled, link="", view_id=None)


def movable(share: Share, ledger: Ledger) -> list[int]:
    """What a person has not done of their share, in the order in which it is taken from them.

    What they were dealt last goes first, and what they have begun goes last.
    """
    left = [
        task
        for task in reversed(share.tasks)
        if not is_done_by(share.reviewer, ledger.marks.get(task, ()))
    ]
    return sorted(left, key=lambda task: _is_touched(share.reviewer, task, ledger))


def moved(
    before: Assignments,
    ledger: Ledger,
    people: tuple[str, str],
    images: int | None,
    now: datetime,
) -> tuple[Assignments, int]:
    """The assignments after images went from one person to another, and how many did.

    Args:
        before: what holds now.
        ledger: what is done; that stays with who did it.
        people: from whom, to whom.
        images: how many; None for all that can be moved.
        now: the time.

    Raises:
        InvalidInputError: the first has none, or not so many that the second does not have.
    """
    source, target = people
    if source == target:
        raise InvalidInputError(FieldError("target", target, "somebody else"))
    share, other = _share_of(before, source, "source"), before.of(target)
    known = set(other.tasks) if other else set()
    able = [task for task in movable(share, ledger) if task not in known]
    chosen = set(_chosen(able, images))
    going = tuple(task for task in share.tasks if task in chosen)
    left = _without(before, source, chosen)
    # The one who takes over goes on in the order of the one who had them.
    shuffled = other.shuffled if other else share.shuffled
    return with_hands(left, {target: going}, now, shuffled=shuffled), len(going)


def taken_back(
    before: Assignments, ledger: Ledger, reviewer: str, images: int | None
) -> tuple[Assignments, int]:
    """The assignments after a manager took undone images from a person, and how many it were.

    Raises:
        InvalidInputError: they have none, or not so many that are not done.
    """
    share = _share_of(before, reviewer, "reviewer")
    chosen = set(_chosen(movable(share, ledger), images))
    return _released(before, reviewer, chosen, ""), len(chosen)


def returned(before: Assignments, idle: Mapping[str, AbstractSet[int]]) -> Assignments:
    """The assignments after idle images went back to the pool, by whose they were."""
    after = before
    for reviewer, tasks in idle.items():
        after = _released(after, reviewer, tasks, reviewer)
    return after


def untouched(assignments: Assignments, ledger: Ledger) -> dict[str, set[int]]:
    """Tasks that their holders have not even begun, by holder."""
    return {
        share.reviewer: {
            task for task in share.tasks if not _is_touched(share.reviewer, task, ledger)
        }
        for share in assignments.shares
    }


def _is_touched(reviewer: str, task: int, ledger: Ledger) -> bool:
    return any(mark.reviewer == reviewer for mark in ledger.marks.get(task, ()))


def _chosen(able: list[int], images: int | None) -> list[int]:
    if not able:
        expected = "a reviewer who has images that are not done"
        raise InvalidInputError(FieldError("images", images or 0, expected))
    if images is not None and not 1 <= images <= len(able):
        expected = f"from 1 to {len(able)}, the images that are not done"
        raise InvalidInputError(FieldError("images", images, expected))
    return able[:images]


def _released(before: Assignments, reviewer: str, tasks: AbstractSet[int], by: str) -> Assignments:
    """The assignments without tasks of one person; those that nobody has now are noted so."""
    after = _without(before, reviewer, tasks)
    held = holders(after.shares)
    noted = {task: by for task in tasks if task not in held}
    return msgspec.structs.replace(after, released={**after.released, **noted})


def _without(before: Assignments, reviewer: str, tasks: AbstractSet[int]) -> Assignments:
    shares = tuple(
        _keeping(share, tasks) if share.reviewer == reviewer else share for share in before.shares
    )
    return msgspec.structs.replace(before, shares=tuple(each for each in shares if each.tasks))


def _keeping(share: Share, without: AbstractSet[int]) -> Share:
    kept = tuple(task for task in share.tasks if task not in without)
    return msgspec.structs.replace(share, tasks=kept)


def _share_of(assignments: Assignments, reviewer: str, field: str) -> Share:
    share = assignments.of(reviewer)
    if share is None:
        expected = "somebody who has images of this batch"
        raise InvalidInputError(FieldError(field, reviewer, expected))
    return share
