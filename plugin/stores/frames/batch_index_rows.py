"""What is asked of the batch index, what it answers, and how it counts and places a batch."""

from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from plugin.domain.summaries import BatchSummary, Status

Sort = Literal["created", "images", "progress"]
SORTS: tuple[Sort, ...] = get_args(Sort)
STATUSES: tuple[Status, ...] = get_args(Status)

MAX_SEARCH = 200
"""Characters that are searched for at most: no title is longer."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which batches, in which order; "" for every project, every status, whatever the title.

    `search` is part of a title or of a project's name, whatever the case.
    """

    project: str = ""
    status: Status | Literal[""] = ""
    search: str = ""
    sort: Sort = "created"
    descending: bool = True
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the batches that were asked for.

    `total` is how many there are in all; `counts` says for each status how many there would be.
    """

    rows: tuple[BatchSummary, ...]
    total: int
    counts: dict[Status, int]


class ProjectTotals(msgspec.Struct, frozen=True):
    """A project's batches in numbers; all but `batches` are images."""

    batches: int = 0
    images: int = 0
    ready: int = 0
    in_review: int = 0
    finished: int = 0
    done: int = 0


class Facts(msgspec.Struct, frozen=True):
    """How a batch is placed and counted.

    `scores` are what it is sorted by: Unix seconds, images, a share from 0 to 1. `left` has the
    images that each reviewer has yet to do, 0 for one who has done all of theirs. Of two facts
    about one batch those with the greater `ticket` are the newer.
    """

    project: str
    status: Status
    scores: dict[Sort, float]
    totals: ProjectTotals
    left: dict[str, int]
    ticket: int


def member_of(project: str, name: str) -> str:
    """A batch's name within the index; a project's name has no slash."""
    return f"{project}/{name}"


def text_of(summary: BatchSummary) -> str:
    """A batch's status, and on the lines after it what is searched."""
    return f"{summary.status}\n" + f"{summary.title}\n{summary.project}".casefold()


def facts_of(summary: BatchSummary, ticket: int) -> Facts:
    """How a batch is placed and counted."""
    done = summary.done
    return Facts(
        project=summary.project,
        status=summary.status,
        scores={
            "created": summary.created_at.timestamp(),
            "images": summary.images,
            "progress": done / summary.images if summary.images else 0,
        },
        totals=ProjectTotals(
            1, summary.images, summary.ready, summary.in_review, summary.finished, done
        ),
        left={each.reviewer: each.left for each in summary.reviewers if each.assigned},
        ticket=ticket,
    )
