"""Documents as earlier releases wrote them, read as what they are now."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from plugin.domain.reviewing import Assignments, Share


class EarlierAssignment(msgspec.Struct, frozen=True):
    """What one person was dealt at one time; release 0.1 kept one of these for each deal."""

    reviewer: str
    task_ids: tuple[int, ...]
    shuffled: bool
    view_id: int
    link: str
    assigned_at: datetime


class StoredAssignments(Assignments, frozen=True):
    """Assignments as they are written now, or with the `items` of release 0.1."""

    items: tuple[EarlierAssignment, ...] = ()

    def current(self) -> Assignments:
        """The assignments, one share a person."""
        shares = self.shares or _merged(self.items)
        return Assignments(self.revision, shares, self.instructions, self.released)


def _merged(items: Iterable[EarlierAssignment]) -> tuple[Share, ...]:
    """One share for all that a person was dealt, with the link and the order of the last deal.

    Without the tab, as the tabs of that release show no image that two people have: the next change
    finds the share a new one.
    """
    shares: dict[str, Share] = {}
    for item in items:
        before = shares.get(item.reviewer)
        shares[item.reviewer] = Share(
            reviewer=item.reviewer,
            tasks=(*(before.tasks if before else ()), *item.task_ids),
            shuffled=item.shuffled,
            link=item.link,
            assigned_at=item.assigned_at,
        )
    return tuple(shares.values())
