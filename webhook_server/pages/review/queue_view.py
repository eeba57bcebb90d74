"""The read side of the review queue: what the query string asks, and what the index answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from plugin.bootstrap import Application
from plugin.domain.summaries import BatchSummary, Status
from plugin.stores.frames.batch_index import Query
from plugin.stores.frames.batch_index_rows import MAX_SEARCH, SORTS, STATUSES, Sort
from webhook_server.pages.filters import slug
from webhook_server.pages.paging import Pages, address, last_page, page_asked, pages_of

PATH = "/queue"
PER_PAGE = 50

LOOKED_LATELY = timedelta(minutes=15)
"""How old a look at a batch may be before the page says from when it is."""

_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HEADINGS: dict[Sort, str] = {"created": "Created", "images": "Images", "progress": "Reviewed"}


@dataclass(frozen=True, slots=True)
class Tab:
    """One status, or all of them, with the number of batches there."""

    heading: str
    count: int
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """What batches can be sorted by: `direction` as ARIA says it, and where a click leads."""

    heading: str
    direction: str
    address: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as it was asked for; `notes` say what was asked for and does not exist.

    `old_before` is the time before which a look at a batch is an old one; `away_since` when Label
    Studio stopped to answer, None while it does.
    """

    query: Query
    batches: Sequence[BatchSummary]
    tabs: Sequence[Tab]
    headings: Mapping[Sort, Heading]
    projects: Sequence[str]
    pages: Pages
    notes: Sequence[str]
    old_before: datetime
    away_since: datetime | None

    @property
    def is_filtered(self) -> bool:
        """Whether some batches may be left out."""
        return bool(self.query.project or self.query.status or self.query.search)


def queue_view(application: Application, arguments: Mapping[str, str], now: datetime) -> QueueView:
    """What the queue shows. No call to Label Studio is made."""
    notes: list[str] = []
    asked, number = _query(arguments, notes), page_asked(arguments, notes)
    index = application.batch_index
    page = index.page(replace(asked, offset=(number - 1) * PER_PAGE))
    if not page.rows and page.total:
        notes.append(f"There is no page {number:,} any more: the last one is shown.")
        number = last_page(page.total, PER_PAGE)
        page = index.page(replace(asked, offset=(number - 1) * PER_PAGE))
    kept = _said(asked)
    return QueueView(
        query=asked,
        batches=page.rows,
        tabs=tuple(_tabs(asked, page.counts)),
        headings={sort: _heading(asked, sort) for sort in SORTS},
        projects=sorted({*index.project_totals(), asked.project} - {""}),
        pages=pages_of(PATH, kept, number, PER_PAGE, page.total),
        notes=notes,
        old_before=now - LOOKED_LATELY,
        away_since=application.label_studio_answering.read().away_since,
    )


def _query(arguments: Mapping[str, str], notes: list[str]) -> Query:
    """What the query string asks for, in its own words; what it cannot mean is noted."""
    statuses = {slug(status): status for status in STATUSES}
    status = arguments.get("status", "")
    sort = arguments.get("sort", "created")
    order = arguments.get("order", "desc")
    project = arguments.get("project", "")
    if status and status not in statuses:
        notes.append(f"“{status[:40]}” is no status: batches of every status are shown.")
    if sort not in SORTS:
        notes.append(f"Batches cannot be sorted by “{sort[:40]}”: the newest come first.")
    if order not in {"asc", "desc"}:
        notes.append(f"“{order[:40]}” is no order: the greatest come first.")
    if project and not _PROJECT.fullmatch(project):
        notes.append(f"“{project[:40]}” is no project: batches of all projects are shown.")
        project = ""
    return Query(
        project=project,
        status=statuses.get(status, ""),
        search=arguments.get("q", "").strip()[:MAX_SEARCH],
        sort=next((each for each in SORTS if each == sort), "created"),
        descending=order != "asc",
        limit=PER_PAGE,
    )


def _said(query: Query) -> dict[str, str]:
    """A query as the query string says it; what is usual goes without saying."""
    return {
        "status": slug(query.status),
        "project": query.project,
        "q": query.search,
        "sort": "" if query.sort == "created" else query.sort,
        "order": "" if query.descending else "asc",
    }


def _tabs(query: Query, counts: Mapping[Status, int]) -> Sequence[Tab]:
    kept = _said(query)
    found = [Tab("All", sum(counts.values()), address(PATH, kept, status=""), not query.status)]
    for status in STATUSES:
        leads = address(PATH, kept, status=slug(status))
        found.append(Tab(status, counts[status], leads, query.status == status))
    return found


def _heading(query: Query, sort: Sort) -> Heading:
    """A click on what it is sorted by turns the order round."""
    is_current = query.sort == sort
    turned = is_current and query.descending
    changes = {"sort": "" if sort == "created" else sort, "order": "asc" if turned else ""}
    direction = ("descending" if query.descending else "ascending") if is_current else "none"
    return Heading(_HEADINGS[sort], direction, address(PATH, _said(query), **changes))
