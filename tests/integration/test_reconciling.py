"""Every annotation is found with all webhooks lost, by a bounded number of calls."""

from datetime import timedelta

import pytest

from plugin import jobs
from plugin.bootstrap import Application
from plugin.domain import rotation
from plugin.domain.batching import Batch
from plugin.domain.errors import LabelStudioError
from tests.integration.faulty import FaultyLabelStudio
from tests.integration.importing import keep_frames, shots
from tests.integration.reviewing import Colleague, imported_batch, tasks_of

PROJECT = "reconciled"
LISTS_OF_TASKS = r"^GET /api/tasks"
COUNTS = r"^GET /api/projects/counts"


@pytest.fixture(autouse=True)
def _only_what_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is: no batch is due because its last look is long ago."""
    for name in ("BUSY_EVERY", "QUIET_EVERY"):
        monkeypatch.setattr(rotation, name, timedelta(days=1))


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


@pytest.fixture
def batches(parts: Application) -> list[Batch]:
    """Three batches, each looked at once."""
    imported_batch(parts, PROJECT, 2, batch={"max_images": 2})
    keep_frames(parts, PROJECT, *shots(4, first=2))
    assert parts.importer.run(PROJECT) == 4
    found = parts.batches.of_project(PROJECT)
    for each in found:
        parts.indexer.refresh(each)
    assert len(found) == 3
    parts.reconciler.run()
    return found


def test_an_annotation_is_found_by_the_counts_of_many_batches_in_one_call(
    parts: Application, proxy: FaultyLabelStudio, batches: list[Batch], ann: Colleague
) -> None:
    proxy.lines.clear()
    assert parts.reconciler.run() == 0
    assert (proxy.count(COUNTS), len(proxy.lines)) == (1, 1), "nothing moved, nothing is looked at"

    task = tasks_of(parts, batches[1])[0]
    ann.finish(task)
    proxy.lines.clear()
    assert parts.reconciler.run() == 1
    assert proxy.count(COUNTS) == 1
    assert proxy.count(LISTS_OF_TASKS) == 2, "its annotated tasks, and those with drafts"
    assert list(parts.batches.ledger(batches[1]).marks) == [task]
    summary = parts.batch_index.get(PROJECT, batches[1].name)
    assert summary
    assert (summary.status, summary.finished) == ("In progress", 1)

    proxy.lines.clear()
    assert parts.reconciler.run() == 0
    assert len(proxy.lines) == 1


def test_an_emptied_redis_costs_one_look_at_each_batch(
    parts: Application, proxy: FaultyLabelStudio, batches: list[Batch], ann: Colleague
) -> None:
    ann.finish(tasks_of(parts, batches[0])[0])
    parts.reconciler.run()
    before = [parts.batches.ledger(each).marks for each in batches]
    parts.redis.flushdb()
    assert parts.reconciler.run() == 0
    assert [parts.batches.ledger(each).marks for each in batches] == before
    assert set(parts.look_notes.all()) == {each.label_studio_id for each in batches}
    proxy.lines.clear()
    parts.reconciler.run()
    assert len(proxy.lines) == 1


def test_one_batch_at_which_label_studio_fails_holds_up_no_other(
    parts: Application, proxy: FaultyLabelStudio, batches: list[Batch], ann: Colleague
) -> None:
    for each in batches:
        ann.finish(tasks_of(parts, each)[0])
    ill = batches[0].label_studio_id
    proxy.add("refuse", rf"^GET /api/tasks.*project={ill}&", times=100, status=500)
    assert parts.reconciler.run() == 2
    proxy.faults.clear()
    assert parts.reconciler.run() == 1


def test_while_label_studio_is_away_the_last_known_state_stays(
    parts: Application,
    proxy: FaultyLabelStudio,
    batches: list[Batch],
    ann: Colleague,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = tasks_of(parts, batches[0])[0]
    ann.finish(task)
    parts.reconciler.run()
    before = parts.batches.ledger(batches[0])
    proxy.add("drop", r"^GET", times=1000)
    with pytest.raises(LabelStudioError):
        parts.reconciler.run()
    monkeypatch.setattr(jobs, "application", lambda: parts)
    jobs.collect()  # says so, and ends well: the scheduler asks again
    assert parts.label_studio_answering.read().away_since
    assert parts.batches.ledger(batches[0]) == before
    proxy.faults.clear()
    ann.finish(tasks_of(parts, batches[0])[1])
    assert parts.reconciler.run() == 1
    assert parts.label_studio_answering.read().away_since is None


def test_two_at_once_are_one(parts: Application, batches: list[Batch]) -> None:
    with parts.locks.hold_renewed("collect") as lease:
        assert lease
        assert parts.reconciler.run() == 0
