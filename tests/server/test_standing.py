"""The standing assignment, on a real Store and Redis, with a Label Studio that keeps assignees."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Ledger, Mark, holders
from plugin.stores.frames.batches import TaskRef
from plugin.stores.notices.contacts import folder_of
from plugin.stores.review.hand_outs import HandOut, HandOutNotes
from tests.samples import settings
from tests.server.enterprise import EnterpriseServer, Known, enterprise, user

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ANN, BEN, CLEO = "ann@example.com", "ben@example.com", "cleo@example.com"
TEAM: dict[str, Any] = {"team": [{"reviewer": ANN, "weight": 2}, {"reviewer": BEN}]}


@pytest.fixture
def server() -> Iterator[EnterpriseServer]:
    users = {
        number: user(number, email, "AN") for number, email in enumerate((ANN, BEN, CLEO), start=1)
    }
    with enterprise(Known(users)) as running:
        yield running


@pytest.fixture
def parts(
    server: EnterpriseServer, redis: Redis, redis_url: str, tmp_path: Path
) -> Iterator[Application]:
    config = {
        "STORE_URL": str(tmp_path / "store"), "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": "0123456789abcdef" * 2 + "01234567",
    }  # fmt: skip
    application = Application(Config.model_validate(config))
    yield application
    application.close()


def say(parts: Application, **review: Any) -> None:
    parts.history.add(settings(project="parts", review=review), "test", NOW)


def batch_of(parts: Application, name: str = "2026-11-23") -> Batch:
    batch = Batch(
        name=name, project="parts", period=name, part=1, title=f"parts · {name}",
        label_studio_id=1, created_at=NOW,
    )  # fmt: skip
    parts.batches.create(batch)
    return batch


def come(parts: Application, batch: Batch, *tasks: int) -> None:
    """Images were imported."""
    refs = tuple(TaskRef(task, f"frame-{task}", f"{task:06d}", NOW) for task in tasks)
    parts.batches.add_tasks(batch, refs)
    parts.batches.save(msgspec.structs.replace(batch, size=parts.batches.count(batch)))
    parts.indexer.refresh(batch)


def run(parts: Application, after: timedelta = timedelta(0)) -> int:
    """The periodic job, so long after the images came."""
    parts.assigner.refresh_team()
    standing = parts.standing
    return replace(standing, batch=replace(standing.batch, clock=lambda: NOW + after)).run("parts")


def counts(parts: Application, batch: Batch) -> dict[str, int]:
    return {share.reviewer: len(share.tasks) for share in parts.batches.assignments(batch).shares}


def mark(parts: Application, batch: Batch, task: int, reviewer: str, state: str) -> None:
    before = parts.batches.ledger(batch)
    made = Mark(reviewer, state, NOW)  # type: ignore[arg-type]
    parts.batches.save_ledger(batch, Ledger(before.total, {**before.marks, task: (made,)}))


def test_new_images_go_to_the_team_as_they_come(
    parts: Application, server: EnterpriseServer
) -> None:
    say(parts, **TEAM)
    batch, other = batch_of(parts), batch_of(parts, "2026-11-24")
    come(parts, batch, 1, 2, 3, 4)
    assert run(parts) == 4
    assert run(parts) == 0, "nobody is dealt the same twice"
    come(parts, batch, 5)
    come(parts, other, 11)
    assert run(parts) == 2
    both = Counter(counts(parts, batch)) + Counter(counts(parts, other))
    assert both == {ANN: 4, BEN: 2}, "the turns go on from batch to batch"
    said = holders(parts.batches.assignments(batch).shares)
    numbers = {ANN: 1, BEN: 2}
    kept = {task: people for task, people in server.known.assignees.items() if task < 10}
    assert kept == {task: {numbers[who] for who in people} for task, people in said.items()}
    told = parts.outbox.waiting(folder_of(ANN))
    assert [(event.kind, event.by) for event in told] == [("assigned", "")] * len(told)
    assert sum(event.images for event in told) == 4


def test_without_a_team_nobody_is_dealt_anything(parts: Application) -> None:
    say(parts)
    batch = batch_of(parts)
    come(parts, batch, 1, 2)
    assert run(parts) == 0
    assert counts(parts, batch) == {}


def test_who_has_left_is_passed_over(parts: Application, server: EnterpriseServer) -> None:
    say(parts, **TEAM)
    run(parts)
    del server.known.users[1]
    batch = batch_of(parts)
    come(parts, batch, 1, 2, 3)
    run(parts)
    assert counts(parts, batch) == {BEN: 3}


def test_what_a_manager_takes_back_is_dealt_by_hand_alone(parts: Application) -> None:
    say(parts, **TEAM)
    batch = batch_of(parts)
    come(parts, batch, 1, 2, 3)
    run(parts)
    assigner = replace(parts.assigner, look=lambda _: None)  # this server has no reviews
    assigner.take_back(batch, ANN, 1)
    assert run(parts) == 0
    assigner.assign(batch, [Wish(CLEO, 1)], shuffle=False)
    assert counts(parts, batch) == {ANN: 1, BEN: 1, CLEO: 1}


def test_idle_images_go_to_somebody_else_and_begun_ones_stay(parts: Application) -> None:
    say(parts, **TEAM, return_idle_after="3d")
    batch = batch_of(parts)
    come(parts, batch, 1, 2, 3)
    run(parts)
    before = parts.batches.assignments(batch)
    ann = before.of(ANN)
    assert ann is not None
    mark(parts, batch, ann.tasks[0], ANN, "draft")
    run(parts, timedelta(minutes=1))
    assert run(parts, timedelta(days=3) - timedelta(seconds=1)) == 0
    assert parts.batches.assignments(batch) == before
    assert run(parts, timedelta(days=3, minutes=1)) == 2
    after = parts.batches.assignments(batch)
    (kept, let_lie), (by_ben,) = ann.tasks, before.shares[1].tasks
    assert holders(after.shares) == {kept: (ANN,), let_lie: (BEN,), by_ben: (ANN,)}


def test_idle_images_wait_in_the_pool_where_nobody_else_is(parts: Application) -> None:
    say(parts, team=[{"reviewer": ANN}], return_idle_after="1d")
    batch = batch_of(parts)
    come(parts, batch, 1)
    run(parts)
    run(parts)
    assert run(parts, timedelta(days=2)) == 0
    assert counts(parts, batch) == {}
    assert run(parts, timedelta(days=3)) == 0


def test_a_share_of_the_images_goes_to_several(parts: Application) -> None:
    team = [{"reviewer": email} for email in (ANN, BEN, CLEO)]
    say(parts, team=team, overlap={"reviewers": 2, "share": "40%"})
    batch = batch_of(parts)
    come(parts, batch, *range(1, 101))
    dealt = run(parts)
    held = holders(parts.batches.assignments(batch).shares)
    several = [task for task, people in held.items() if len(set(people)) == 2]
    assert len(held) == 100
    assert dealt == 100 + len(several)
    assert 20 < len(several) < 60
    assert max(counts(parts, batch).values()) - min(counts(parts, batch).values()) <= 1


def test_a_change_that_was_cut_short_is_undone(
    parts: Application, server: EnterpriseServer
) -> None:
    say(parts)
    batch = batch_of(parts)
    come(parts, batch, 1, 2)
    parts.assigner.assign(batch, [Wish(BEN, 1)], shuffle=False)
    server.known.assignees[2] = {1}
    HandOutNotes(parts.store).save(batch, HandOut(batch.name, (1, 2)))
    run(parts)
    assert server.known.assignees == {1: {2}}
    assert list(HandOutNotes(parts.store).of_project("parts")) == []
