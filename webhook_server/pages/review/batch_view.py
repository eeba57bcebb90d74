"""What the page of a batch shows: from the Store and Redis alone, Label Studio is not asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Assignments, Ledger
from plugin.domain.summaries import BatchSummary, ReviewerSummary, summarise
from plugin.domain.team import Member


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """How far one person is; `median` and `average` are seconds an image, where they are known."""

    summary: ReviewerSummary
    link: str
    """Where their images begin in Label Studio; "" where they have none."""
    median: float | None
    average: float | None
    has_left: bool
    """Whether Label Studio does not let them in any more."""

    @property
    def done(self) -> int:
        """Images of theirs that need nothing more."""
        return self.summary.assigned - self.summary.left


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be given images: what they have to do here, and over all batches."""

    email: str
    name: str
    left_here: int
    left: int


@dataclass(frozen=True)
class BatchView:
    """One batch: how far it is, who has what, who could have more."""

    assignments: Assignments
    summary: BatchSummary
    reviewers: tuple[ReviewerRow, ...]
    choices: tuple[Choice, ...]
    link: str
    """The batch in Label Studio; "" where it is there no more."""

    @cached_property
    def movable(self) -> tuple[ReviewerRow, ...]:
        """Who has images that somebody else could do."""
        return tuple(row for row in self.reviewers if row.summary.left)


def batch_view(application: Application, batch: Batch, *, with_team: bool) -> BatchView:
    """What is known of a batch; the team only for who may assign."""
    assignments = application.batches.assignments(batch)
    ledger = application.batches.ledger(batch)
    summary = summarise(batch, assignments, ledger)
    team = application.team.members()
    url = "" if batch.closed else application.config.browser_url
    return BatchView(
        assignments=assignments,
        summary=summary,
        reviewers=tuple(_rows(summary, ledger, url, team)),
        choices=tuple(_choices(application, summary, team)) if with_team else (),
        link=f"{url}/projects/{batch.label_studio_id}/data" if url else "",
    )


def _rows(
    summary: BatchSummary, ledger: Ledger, url: str, team: Iterable[Member]
) -> Iterable[ReviewerRow]:
    gone = {member.email for member in team if not member.active}
    times = _times(ledger)
    for each in summary.reviewers:
        seconds = times.get(each.reviewer, [])
        yield ReviewerRow(
            summary=each,
            link=f"{url}{each.link}" if url and each.link and each.left else "",
            median=median(seconds) if seconds else None,
            average=sum(seconds) / len(seconds) if seconds else None,
            has_left=each.reviewer in gone,
        )


def _times(ledger: Ledger) -> Mapping[str, list[float]]:
    """The seconds that each person took for each image that they finished or skipped."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for marks in ledger.marks.values():
        for mark in marks:
            if mark.state != "draft" and mark.seconds is not None:
                found[mark.reviewer].append(mark.seconds)
    return found


def _choices(
    application: Application, summary: BatchSummary, team: Iterable[Member]
) -> Iterable[Choice]:
    """Everybody who can be given images, who has least to do first."""
    here = {each.reviewer: each.left for each in summary.reviewers}
    everywhere = application.batch_index.left_by_reviewer()
    found = [
        Choice(
            member.email,
            member.name,
            here.get(member.email, 0),
            # The index may not have what was assigned this moment.
            max(everywhere.get(member.email, 0), here.get(member.email, 0)),
        )
        for member in team
        if member.active
    ]
    return sorted(found, key=lambda choice: (choice.left, choice.email))


def duration(seconds: float) -> str:
    """A time that something took as the page writes it: `8 s`, `2 min 05 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "under 1 s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
