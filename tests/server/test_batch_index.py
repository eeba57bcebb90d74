"""The batch index against what the same batches say one by one, and against losses of Redis."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from operator import attrgetter

from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis

from plugin.domain.summaries import BatchSummary, ReviewerSummary
from plugin.stores.frames.batch_index import FORMAT, PREFIX, BatchIndex, ProjectTotals, Query
from plugin.stores.frames.batch_index_rows import SORTS, STATUSES, Sort, member_of
from tests.samples import NOW

PROJECTS = ("doors", "parts")
NAMES = tuple(f"2026-11-{day:02d}" for day in range(1, 8))
TITLES = ("Straße", "nacht", "NACHT", "خدش", "<b>", "a_b*c?[d]")
REVIEWERS = ("ann@example.com", "ben@example.com", "zoë@example.com")

ALL = Query(limit=1000)


@st.composite
def summaries(draw: st.DrawFn) -> BatchSummary:
    """A batch in any state."""
    images = draw(st.integers(0, 20))
    finished = draw(st.integers(0, images))
    skipped = draw(st.integers(0, images - finished))
    left = images - finished - skipped
    in_review = draw(st.integers(0, left))
    has = draw(st.lists(st.sampled_from(REVIEWERS), unique=True, max_size=3))
    return BatchSummary(
        project=draw(st.sampled_from(PROJECTS)), name=draw(st.sampled_from(NAMES)),
        title=draw(st.sampled_from(TITLES)), label_studio_id=7,
        created_at=NOW + timedelta(seconds=draw(st.integers(0, 3))),
        images=images, finished=finished, skipped=skipped, ready=left - in_review,
        in_review=in_review, drafts=draw(st.integers(0, 1)),
        reviewers=tuple(
            ReviewerSummary(each, assigned=draw(st.integers(0, 2)), left=draw(st.integers(0, 9)))
            for each in has
        ),
    )  # fmt: skip


def value(sort: Sort) -> Callable[[BatchSummary], float]:
    """What a batch is sorted by."""
    keys: dict[Sort, Callable[[BatchSummary], float]] = {
        "created": lambda each: each.created_at.timestamp(),
        "images": attrgetter("images"),
        "progress": lambda each: each.done / each.images if each.images else 0,
    }
    return keys[sort]


def expected(known: Iterable[BatchSummary], query: Query) -> Sequence[BatchSummary]:
    """The same page, found by looking at every batch."""
    wanted = query.search.casefold()
    found = [
        each
        for each in known
        if query.project in {"", each.project}
        and query.status in {"", each.status}
        and (wanted in each.title.casefold() or wanted in each.project)
    ]
    by = value(query.sort)
    found.sort(
        key=lambda each: (by(each), member_of(each.project, each.name)), reverse=query.descending
    )
    return found


queries = st.builds(
    Query,
    project=st.sampled_from(("", *PROJECTS, "nobody")),
    status=st.sampled_from(("", *STATUSES)),
    search=st.sampled_from(("", "STRASSE", "nacht", "art", "<B>", "c?[", "%", "خد", "nowhere")),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    offset=st.integers(0, 6),
    limit=st.integers(1, 5),
)


def unneeded() -> None:
    raise AssertionError("the index was not lost")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.booleans(), summaries()), max_size=14),
    st.lists(queries, min_size=3, max_size=8),
)
def test_every_page_is_what_a_look_at_every_batch_would_find(
    redis_url: str, changes: list[tuple[bool, BatchSummary]], asked: list[Query]
) -> None:
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        redis.flushdb()
        redis.set(f"{PREFIX}:whole", FORMAT)
        index = BatchIndex(redis, unneeded)
        known: dict[tuple[str, str], BatchSummary] = {}
        for stays, summary in changes:
            key = (summary.project, summary.name)
            if stays:
                index.put(summary)
                known[key] = summary
            else:
                index.remove(*key)
                known.pop(key, None)
        for query in asked:
            page, found = index.page(query), expected(known.values(), query)
            assert page.rows == tuple(found[query.offset : query.offset + query.limit])
            assert page.total == len(found)
            counted = Counter(
                each.status
                for each in expected(known.values(), Query(query.project, "", query.search))
            )
            assert page.counts == {status: counted[status] for status in STATUSES}
        check_totals(index, known.values())
        check_reviewers(index, known.values())


def check_totals(index: BatchIndex, known: Iterable[BatchSummary]) -> None:
    names = ("images", "ready", "in_review", "finished", "done")
    sums: dict[str, Counter[str]] = {}
    for each in known:
        sums.setdefault(each.project, Counter()).update(
            {name: getattr(each, name) for name in names}, batches=1
        )
    assert index.project_totals() == {name: ProjectTotals(**each) for name, each in sums.items()}


def check_reviewers(index: BatchIndex, known: Iterable[BatchSummary]) -> None:
    left: Counter[str] = Counter()
    for reviewer in REVIEWERS:
        theirs = [
            each
            for each in known
            if any(one.reviewer == reviewer and one.assigned for one in each.reviewers)
        ]
        newest = sorted(theirs, key=attrgetter("created_at", "project", "name"), reverse=True)
        assert index.of_reviewer(reviewer) == newest
        left[reviewer] = sum(
            one.left for each in theirs for one in each.reviewers if one.reviewer == reviewer
        )
    assert index.left_by_reviewer() == {name: number for name, number in left.items() if number}
