"""The batch index: the batches of all projects in Redis, sorted, counted and searched there.

The Store has the truth. What takes three objects of the Store for each batch is one row here, so
that a page of the queue costs what its rows cost, however many batches there are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from operator import attrgetter

import msgspec
from redis import Redis

from plugin.domain.summaries import BatchSummary, Status
from plugin.stores.frames.batch_index_rows import (
    MAX_SEARCH,
    STATUSES,
    Page,
    ProjectTotals,
    Query,
    facts_of,
    member_of,
    text_of,
)
from plugin.stores.scripts import Script

__all__ = ["BatchIndex", "Page", "ProjectTotals", "Query"]

PREFIX = "lsal-batches"
"""Of all keys; those of a project begin with `lsal:` and its name, which may be `batches`."""

FORMAT = "1"
"""Of what is in Redis; an index in another one is filled again."""

FILL_WITHIN = 3600
"""Seconds in which the index is filled; a filling that takes longer does not count."""

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(BatchSummary).decode


class BatchIndex:
    """Batches of all projects in Redis. Safe to share between threads.

    Errors of Redis come as redis-py raises them.
    """

    def __init__(self, redis: Redis, make_good: Callable[[], None]) -> None:
        """`make_good` fills the index from the Store; it is called when Redis has none."""
        self._redis = redis
        self._make_good = make_good
        self._put = Script(redis, 1, "batch_index.lua", "batch_index_put.lua")
        self._remove = Script(redis, 1, "batch_index.lua", "batch_index_remove.lua")
        self._search = Script(redis, 1, "batch_index_search.lua")
        self._filled = Script(redis, 1, "batch_index_filled.lua")

    def ticket(self) -> int:
        """A number for `put`, greater than every one before; take it before you read the Store."""
        return int(self._redis.incr(_key("tickets")))

    def put(self, summary: BatchSummary, ticket: int | None = None) -> None:
        """Put a batch, unless somebody with a later ticket has; None takes a new one."""
        facts = facts_of(summary, self.ticket() if ticket is None else ticket)
        member = member_of(summary.project, summary.name)
        self._put(PREFIX, member, _encode(summary), _encode(facts), text_of(summary))

    def remove(self, project: str, name: str) -> None:
        """Forget a batch; nothing happens when it is not known."""
        self._remove(PREFIX, member_of(project, name))

    def get(self, project: str, name: str) -> BatchSummary | None:
        """What is known of one batch."""
        self._ensure()
        found = self._rows([member_of(project, name)])
        return found[0] if found else None

    def page(self, query: Query) -> Page:
        """Batches in the order that was asked for, and how many there are."""
        self._ensure()
        return self._searched(query) if query.search else self._listed(query)

    def project_totals(self) -> dict[str, ProjectTotals]:
        """Every project that has batches, in numbers."""
        self._ensure()
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for field, number in self._numbers("totals").items():
            project, name = field.split("/")
            found[project][name] = number
        totals = {project: ProjectTotals(**numbers) for project, numbers in found.items()}
        return {project: each for project, each in totals.items() if each.batches}

    def of_reviewer(self, reviewer: str) -> list[BatchSummary]:
        """The batches in which somebody was given images, newest first."""
        self._ensure()
        found = self._rows(map(str, self._redis.smembers(_key(f"reviewer:{reviewer}"))))
        return sorted(found, key=attrgetter("created_at", "project", "name"), reverse=True)

    def left_by_reviewer(self) -> dict[str, int]:
        """How many images each reviewer has yet to do, those without any left out."""
        self._ensure()
        return {reviewer: number for reviewer, number in self._numbers("left").items() if number}

    def names(self, project: str) -> set[str]:
        """The batches of a project that are known, whether or not that is all of them."""
        members = self._redis.zrange(_order(project, "", "created"), 0, -1)
        return {str(member).partition("/")[2] for member in members}

    def is_whole(self) -> bool:
        """Whether it was filled since Redis was emptied."""
        return bool(self._redis.get(_key("whole")) == FORMAT)

    def begin_filling(self, token: str) -> None:
        """Say that somebody begins to put every batch there is."""
        self._redis.set(_key("filling"), token, ex=FILL_WITHIN)

    def end_filling(self, token: str) -> bool:
        """Say that all are put; False where Redis was emptied meanwhile or somebody else began."""
        return bool(self._filled(PREFIX, token, FORMAT))

    def _ensure(self) -> None:
        if not self.is_whole():
            self._make_good()

    def _listed(self, query: Query) -> Page:
        pipeline = self._redis.pipeline()
        end = query.offset + query.limit - 1
        pipeline.zrange(_order_of(query), query.offset, end, desc=query.descending)
        for status in STATUSES:
            pipeline.zcard(_order(query.project, status, query.sort))
        members, *numbers = pipeline.execute()
        counts = dict(zip(STATUSES, map(int, numbers), strict=True))
        return self._page(query, members, counts)

    def _searched(self, query: Query) -> Page:
        begins = f"{query.project}/" if query.project else ""
        part = query.search[:MAX_SEARCH].casefold()
        order, descending = _order_of(query), int(query.descending)
        found = self._search(
            PREFIX, order, begins, part, descending, query.offset, query.limit, *STATUSES
        )
        counts, members = found[: len(STATUSES)], found[len(STATUSES) :]
        return self._page(query, members, dict(zip(STATUSES, counts, strict=True)))

    def _page(self, query: Query, members: Collection[str], counts: dict[Status, int]) -> Page:
        total = counts[query.status] if query.status else sum(counts.values())
        return Page(tuple(self._rows(members)), total, counts)

    def _numbers(self, name: str) -> dict[str, int]:
        found = self._redis.hgetall(_key(name))
        return {str(field): int(number) for field, number in found.items()}

    def _rows(self, members: Iterable[str]) -> list[BatchSummary]:
        wanted = list(members)
        rows = self._redis.hmget(_key("rows"), wanted) if wanted else []
        return [_decode(row) for row in rows if row is not None]


def _order_of(query: Query) -> str:
    return _order(query.project, query.status, query.sort)


def _order(project: str, status: str, sort: str) -> str:
    return _key(f"order:{project}:{status}:{sort}")


def _key(name: str) -> str:
    return f"{PREFIX}:{name}"
