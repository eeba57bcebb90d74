"""The batch index follows the Store: after changes, from many sides at once, without its Redis."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.batching import Batch
from plugin.domain.errors import NotFoundError, UnavailableError
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.domain.summaries import BatchSummary
from plugin.jobs import make_good
from plugin.stores.frames.batch_index import PREFIX, ProjectTotals, Query
from tests.samples import NOW, settings

ANN = "ann@example.com"


def add_batch(application: Application, number: int = 0, project: str = "parts") -> Batch:
    """A batch of ten images, of which somebody has five."""
    batch = Batch(
        name=f"2026-W{number:02d}", project=project, period=f"2026-W{number:02d}", part=1,
        title=f"{project} · {number}", label_studio_id=number + 1, size=10,
        created_at=NOW + timedelta(days=number),
    )  # fmt: skip
    application.batches.create(batch)
    share = Share(
        reviewer=ANN,
        tasks=(1, 2, 3, 4, 5),
        shuffled=False,
        link="/projects/1/data",
        assigned_at=NOW,
    )
    application.batches.save_assignments(batch, Assignments(shares=(share,)), 0)
    return batch


def finish(application: Application, batch: Batch, *tasks: int) -> None:
    """Note that somebody finished images."""
    marks: dict[int, tuple[Mark, ...]] = {task: (Mark(ANN, "finished", NOW),) for task in tasks}
    application.batches.save_ledger(batch, Ledger(10, marks, NOW, NOW))


def test_a_change_in_the_store_is_in_the_index_after_a_refresh(application: Application) -> None:
    batch = add_batch(application)
    index = application.batch_index
    assert [each.status for each in index.page(Query()).rows] == ["Not started"]
    finish(application, batch, 1, 2, 7)
    summary = application.indexer.refresh(batch)
    assert (summary.finished, summary.ready, summary.in_review) == (3, 4, 3)
    assert index.get("parts", batch.name) == summary
    assert index.page(Query(status="In progress")).rows == (summary,)
    assert index.project_totals() == {"parts": ProjectTotals(1, 10, 4, 3, 3, 3)}
    assert index.left_by_reviewer() == {ANN: 3}


def test_a_refresh_reads_the_batch_itself_anew(application: Application) -> None:
    batch = add_batch(application)
    application.batches.save(msgspec.structs.replace(batch, size=12))
    assert application.indexer.refresh(batch).images == 12


def test_a_batch_that_the_store_does_not_have_is_not_listed(application: Application) -> None:
    unknown = msgspec.structs.replace(add_batch(application), name="2026-W99")
    with pytest.raises(NotFoundError):
        application.indexer.refresh(unknown)
    assert application.batch_index.get("parts", "2026-W99") is None


def test_who_read_the_store_earlier_does_not_overwrite_who_read_it_later(
    application: Application,
) -> None:
    batch = add_batch(application)
    index = application.batch_index
    application.indexer.make_good()
    early = index.ticket()
    before = application.indexer.refresh(batch)
    finish(application, batch, *range(1, 11))
    late = application.indexer.refresh(batch)
    index.put(before, early)
    assert index.get("parts", batch.name) == late
    assert index.page(Query()).counts == {"Not started": 0, "In progress": 0, "Completed": 1}


def test_a_ticket_from_before_redis_was_emptied_does_not_stay_the_highest(
    application: Application, redis: Redis
) -> None:
    batch = add_batch(application)
    before = application.indexer.refresh(batch)
    old = max(application.batch_index.ticket() for _ in range(5))
    redis.flushdb()
    application.batch_index.put(before, old)
    finish(application, batch, 1)
    assert application.indexer.refresh(batch) == application.batch_index.get("parts", batch.name)


def test_many_at_once_leave_exact_totals(application: Application) -> None:
    batches = [add_batch(application, number) for number in range(6)]
    application.indexer.make_good()

    def work(number: int) -> BatchSummary:
        batch = batches[number % 6]
        finish(application, batch, *range(1, 2 + number % 5))
        return application.indexer.refresh(batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(120)))
    rows = application.batch_index.page(Query()).rows
    assert list(rows) == [application.indexer.refresh(batch) for batch in reversed(batches)]
    totals = application.batch_index.project_totals()["parts"]
    assert totals.finished == sum(each.finished for each in rows)
    assert (totals.batches, totals.images) == (6, 60)
    assert application.batch_index.left_by_reviewer() == {
        ANN: sum(each.reviewers[0].left for each in rows)
    }


def test_an_emptied_redis_is_filled_at_first_use(application: Application, redis: Redis) -> None:
    for number in range(3):
        finish(application, add_batch(application, number), 1)
    before = application.batch_index.page(Query())
    assert before.total == 3
    redis.flushdb()
    assert application.batch_index.page(Query()) == before
    redis.flushdb()
    assert application.batch_index.left_by_reviewer() == {ANN: 12}


def test_the_job_fills_it_before_a_page_has_to(reachable: Application, redis: Redis) -> None:
    add_batch(reachable)
    make_good()
    assert redis.hlen(f"{PREFIX}:rows") == 1
    assert reachable.batch_index.is_whole()
    used = reachable.used_budget.of(settings(), utc_now())
    assert used == (0, 0, 0), "what admission has to know came back, too"


def test_all_who_come_to_an_empty_index_get_the_whole_one(application: Application) -> None:
    for number in range(20):
        add_batch(application, number)
    with ThreadPoolExecutor(6) as pool:
        totals = list(pool.map(lambda _: application.batch_index.page(Query()).total, range(6)))
    assert totals == [20] * 6


def test_a_filling_that_redis_was_emptied_under_does_not_count(
    application: Application, redis: Redis
) -> None:
    index = application.batch_index
    index.begin_filling("one")
    redis.flushdb()
    assert not index.end_filling("one")
    index.begin_filling("two")
    assert not index.end_filling("one"), "another one began"
    assert not index.is_whole()
    assert index.end_filling("two")
    assert index.is_whole()


def test_who_waits_too_long_for_another_filling_is_told(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.services.imports.indexing.WAIT", 0.01)
    with application.locks.hold("index"), pytest.raises(UnavailableError, match="being made"):
        application.batch_index.page(Query())


def test_a_rebuild_forgets_what_the_store_does_not_have(application: Application) -> None:
    application.history.add(settings(project="doors"), "test", NOW)
    gone, stays = add_batch(application, 1), add_batch(application, 2)
    other = add_batch(application, 3, "doors")
    assert application.batch_index.page(Query()).total == 3
    application.store.delete(f"projects/parts/batches/{gone.name}.json")
    finish(application, stays, 1)
    assert application.indexer.rebuild("parts") == 1
    rows = application.batch_index.page(Query()).rows
    assert [each.name for each in rows] == [other.name, stays.name]
    assert rows[1].finished == 1
    assert application.batch_index.project_totals()["parts"].batches == 1
