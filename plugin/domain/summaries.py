"""A batch in numbers: how far it is, and how far each of its reviewers is."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from plugin.domain.batching import Batch
from plugin.domain.reviewing import Assignments, Ledger, Share, holders, is_done_by, states

Status = Literal["Not started", "In progress", "Completed"]


class ReviewerSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far one person is with the images of one batch.

    `assigned` are the images they have, `left` those of them that are still to be done. `finished`
    and `skipped` count what they did, whether or not it was given to them; `seconds` is the time
    that this took them in all.
    """

    reviewer: str
    assigned: int = 0
    left: int = 0
    finished: int = 0
    skipped: int = 0
    drafts: int = 0
    seconds: float = 0
    link: str = ""
    shuffled: bool = False
    assigned_at: datetime | None = None
    last_at: datetime | None = None


class BatchSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far one batch is, in images.

    `ready` are those that nobody has and nobody did; `in_review` those that somebody has and that
    are not done. `looked_at` is when Label Studio was last asked.
    """

    project: str
    name: str
    title: str
    label_studio_id: int
    created_at: datetime
    closed: str = ""
    images: int = 0
    finished: int = 0
    skipped: int = 0
    drafts: int = 0
    ready: int = 0
    in_review: int = 0
    reviewers: tuple[ReviewerSummary, ...] = ()
    looked_at: datetime | None = None

    @property
    def done(self) -> int:
        """Images that were finished or skipped."""
        return self.finished + self.skipped

    @property
    def status(self) -> Status:
        """One of three words; a skipped image is done with, so that a batch can end."""
        if self.images and self.done >= self.images:
            return "Completed"
        return "In progress" if self.done or self.drafts else "Not started"


def summarise(batch: Batch, assignments: Assignments, ledger: Ledger) -> BatchSummary:
    """A batch in numbers, from who has what and what Label Studio said."""
    has = holders(assignments.shares)
    found = states(ledger, has)
    counts = Counter(found.values())
    done = {task for task, state in found.items() if state in {"finished", "skipped"}}
    # What we imported since the last look, and what somebody else added by hand.
    images = max(batch.size, ledger.total, len(has), len(done))
    in_review = len(has.keys() - done)
    return BatchSummary(
        project=batch.project,
        name=batch.name,
        title=batch.title,
        label_studio_id=batch.label_studio_id,
        created_at=batch.created_at,
        closed=batch.closed,
        images=images,
        finished=counts["finished"],
        skipped=counts["skipped"],
        drafts=counts["draft"],
        ready=images - len(done) - in_review,
        in_review=in_review,
        reviewers=tuple(_reviewers(assignments.shares, ledger, done)),
        looked_at=ledger.looked_at,
    )


def _reviewers(
    shares: Iterable[Share], ledger: Ledger, done: set[int]
) -> Iterable[ReviewerSummary]:
    """Everybody who has an image or did one, in the order of their shares."""
    tallies = _tallies(ledger)
    for share in shares:
        left = sum(
            task not in done and not is_done_by(share.reviewer, ledger.marks.get(task, ()))
            for task in share.tasks
        )
        yield msgspec.structs.replace(
            tallies.pop(share.reviewer, ReviewerSummary(share.reviewer)),
            assigned=len(share.tasks),
            left=left,
            link=share.link,
            shuffled=share.shuffled,
            assigned_at=share.assigned_at,
        )
    yield from tallies.values()


def _tallies(ledger: Ledger) -> dict[str, ReviewerSummary]:
    """What each person did, by their e-mail address."""
    counts: Counter[tuple[str, str]] = Counter()
    seconds: dict[str, float] = {}
    last: dict[str, datetime] = {}
    for marks in ledger.marks.values():
        for mark in marks:
            counts[mark.reviewer, mark.state] += 1
            seconds[mark.reviewer] = seconds.get(mark.reviewer, 0) + (mark.seconds or 0)
            last[mark.reviewer] = max(mark.at, last.get(mark.reviewer, mark.at))
    return {
        reviewer: ReviewerSummary(
            reviewer=reviewer,
            finished=counts[reviewer, "finished"],
            skipped=counts[reviewer, "skipped"],
            drafts=counts[reviewer, "draft"],
            seconds=seconds[reviewer],
            last_at=at,
        )
        for reviewer, at in last.items()
    }
