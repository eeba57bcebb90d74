"""What reviewers do in a real Label Studio, and what we know of it after a look."""

from datetime import timedelta

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Mark
from plugin.domain.summaries import BatchSummary
from plugin.stores.notices.contacts import folder_of
from plugin.stores.review.reviews import Review
from tests.integration.reviewing import Colleague, imported_batch, tasks_of

PROJECT = "progress"
MANAGER = "maya@example.com"


@pytest.fixture
def changes() -> dict[str, str]:
    return {"LSAL_MANAGERS": MANAGER}


@pytest.fixture
def batch(parts: Application) -> Batch:
    return imported_batch(parts, PROJECT, 5)


def seen(parts: Application, batch: Batch) -> BatchSummary:
    found = parts.batch_index.get(batch.project, batch.name)
    assert found
    return found


def states(parts: Application, batch: Batch) -> dict[int, dict[str, str]]:
    marks = parts.batches.ledger(batch).marks
    return {task: {each.reviewer: each.state for each in found} for task, found in marks.items()}


def mark(parts: Application, batch: Batch, task: int, reviewer: str) -> Mark:
    marks = parts.batches.ledger(batch).marks[task]
    return next(each for each in marks if each.reviewer == reviewer)


def review(parts: Application, task: int) -> Review | None:
    found = [each for each in parts.reviews.of_project(PROJECT) if each.task_id == task]
    return found[0] if found else None


def test_finished_skipped_and_begun_images_are_told_apart_by_person(
    parts: Application, batch: Batch, ann: Colleague, ben: Colleague
) -> None:
    first, second, third, fourth, _ = tasks_of(parts, batch)
    ann.finish(first, seconds=4.5)
    ben.skip(second)
    ann.begin(third)
    ben.finish(fourth)
    ann.skip(fourth)

    assert parts.collector.collect(PROJECT) == 3
    assert states(parts, batch) == {
        first: {ann.email: "finished"},
        second: {ben.email: "skipped"},
        third: {ann.email: "draft"},
        fourth: {ann.email: "skipped", ben.email: "finished"},
    }
    assert mark(parts, batch, first, ann.email).seconds == 4.5
    assert mark(parts, batch, third, ann.email).seconds == 2.5
    summary = seen(parts, batch)
    assert (summary.finished, summary.skipped, summary.drafts, summary.ready) == (2, 1, 1, 2)
    assert {each.frame_id for each in parts.reviews.of_project(PROJECT)} == {
        each.frame_id for each in parts.batches.tasks(batch) if each.id in {first, fourth}
    }
    assert parts.collector.collect(PROJECT) == 0, "nothing happened since"


def test_a_draft_that_is_submitted_or_discarded_is_one_no_more(
    parts: Application, batch: Batch, ann: Colleague, ben: Colleague
) -> None:
    first, second, third, *_ = tasks_of(parts, batch)
    for task in (first, second):
        ann.begin(task)
    annotation = ben.finish(third)
    ben.begin(third, annotation)
    parts.collector.collect(PROJECT)
    draft = {ann.email: "draft"}
    done = {third: {ben.email: "finished"}}
    assert states(parts, batch) == {first: draft, second: draft} | done

    ann.finish(first)
    (begun,) = ann.gateway._request("GET", f"api/tasks/{second}/drafts")
    ann.gateway._request("DELETE", f"api/drafts/{begun['id']}/")
    parts.collector.collect(PROJECT)
    assert states(parts, batch) == {first: {ann.email: "finished"}} | done


def test_a_changed_annotation_is_followed(
    parts: Application, batch: Batch, ann: Colleague, ben: Colleague
) -> None:
    task = tasks_of(parts, batch)[0]
    annotation = ann.finish(task)
    parts.collector.collect(PROJECT)
    before = review(parts, task)
    assert before
    assert len(before.truth.boxes) == 1

    ann.change(annotation, [])
    assert parts.collector.collect(PROJECT) == 1
    after = review(parts, task)
    assert after
    assert after.truth.boxes == ()
    assert after.finished_at > before.finished_at
    assert mark(parts, batch, task, ann.email).seconds == 9.0


def test_a_deleted_annotation_is_followed(
    parts: Application, batch: Batch, ann: Colleague, ben: Colleague
) -> None:
    first, second, *_ = tasks_of(parts, batch)
    annotation = ann.finish(first)
    ben.finish(second)
    parts.collector.collect(PROJECT)
    ann.delete(annotation)
    assert parts.collector.collect(PROJECT) == 1
    assert states(parts, batch) == {second: {ben.email: "finished"}}
    assert review(parts, first) is None
    assert review(parts, second) is not None


def test_a_deletion_that_left_no_trace_is_found_by_the_counts(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, second, *_ = tasks_of(parts, batch)
    annotations = [ann.finish(first), ann.finish(second)]
    parts.collector.collect(PROJECT)
    # As if all that we ask for by its time were older.
    ledger = parts.batches.ledger(batch)
    later = msgspec.structs.replace(ledger, looked_until=utc_now() + timedelta(hours=1))
    parts.batches.save_ledger(batch, later)
    ann.delete(annotations[0])
    assert parts.collector.collect(PROJECT) == 1
    assert states(parts, batch) == {second: {ann.email: "finished"}}
    assert review(parts, first) is None


def test_two_annotations_of_one_person_are_one_mark_and_no_cause_for_another_look_at_all(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    task = tasks_of(parts, batch)[0]
    ann.skip(task)
    last = ann.finish(task)
    parts.collector.collect(PROJECT)
    assert states(parts, batch) == {task: {ann.email: "finished"}}
    note = parts.look_notes.find(batch.label_studio_id)
    assert note
    assert (note.more_finished, note.more_skipped) == (0, 1)
    ann.delete(last)
    parts.collector.collect(PROJECT)
    assert states(parts, batch) == {task: {ann.email: "skipped"}}
    assert review(parts, task) is None


def test_tasks_deleted_by_hand_are_counted_no_more(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, second, *_ = tasks_of(parts, batch)
    ann.finish(first)
    parts.collector.collect(PROJECT)
    for task in (first, second):
        ann.delete_task(task)
    parts.collector.collect(PROJECT)
    ledger = parts.batches.ledger(batch)
    assert (ledger.total, ledger.marks) == (3, {})
    kept = review(parts, first)
    assert kept is not None, "what was done is not lost with the task"
    assert kept.task_gone


def test_managers_are_told_once_that_a_batch_is_finished(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    tasks = tasks_of(parts, batch)
    for task in tasks[:-1]:
        ann.finish(task)
    parts.collector.collect(PROJECT)
    assert parts.outbox.people() == []
    ann.skip(tasks[-1])
    for _ in range(2):
        parts.collector.collect(PROJECT)
    assert seen(parts, batch).status == "Completed"
    (event,) = parts.outbox.waiting(folder_of(MANAGER))
    assert (event.kind, event.batch, event.images) == ("batch_finished", batch.name, 5)


def test_a_batch_deleted_in_label_studio_is_closed(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    ann.finish(tasks_of(parts, batch)[0])
    parts.collector.collect(PROJECT)
    parts.label_studio.delete_project(batch.label_studio_id)
    parts.collector.collect(PROJECT)
    assert "deleted in Label Studio" in parts.batches.get(PROJECT, batch.name).closed
    assert seen(parts, batch).closed
    assert len(list(parts.reviews.of_project(PROJECT))) == 1
    assert parts.look_notes.all() == {}
