"""Batches as the pages of reviewers and managers find them: in the Store, Label Studio unasked."""

from datetime import UTC, datetime, timedelta

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.domain.team import Member
from plugin.stores.frames.batches import TaskRef

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
ANN, BEN, CLEO, DAN = (f"{name}@example.com" for name in ("ann", "ben", "cleo", "dan"))
TEAM = (Member(ANN, "Ann Lee"), Member(BEN), Member(CLEO, "Cleo Ruiz"), Member(DAN, active=False))


def add_batch(
    application: Application, name: str = "2026-11-23", size: int = 100, project: str = "parts"
) -> Batch:
    """A batch of a day, with its tasks, numbered from 1."""
    created_at = datetime.fromisoformat(f"{name}T06:30:00+00:00")
    batch = Batch(
        name=name, project=project, period=name, part=1, title=f"{project} · {name}",
        label_studio_id=created_at.day, created_at=created_at, size=size,
    )  # fmt: skip
    application.batches.create(batch)
    tasks = tuple(TaskRef(n, f"{n:032x}", f"{n:04d}", created_at) for n in range(1, size + 1))
    application.batches.add_tasks(batch, tasks)
    return batch


def give(application: Application, batch: Batch, images: dict[str, int], told: str = "") -> None:
    """Give people images, one after the other, as the first change of the batch."""
    shares: list[Share] = []
    begin = 1
    for tab, (reviewer, number) in enumerate(images.items(), start=1):
        share = Share(
            reviewer=reviewer, tasks=tuple(range(begin, begin + number)), shuffled=tab == 1,
            link=f"/projects/{batch.label_studio_id}/data?tab={tab}&labeling=1",
            assigned_at=NOW - timedelta(hours=tab), view_id=tab,
        )  # fmt: skip
        shares.append(share)
        begin += number
    application.batches.save_assignments(batch, Assignments(0, tuple(shares), told), 0)


def review(application: Application, batch: Batch, *marks: tuple[int, Mark]) -> None:
    """What Label Studio said of tasks, by their ids."""
    ledger = Ledger(total=batch.size, marks={task: (mark,) for task, mark in marks}, looked_at=NOW)
    application.batches.save_ledger(batch, ledger)


def finished(reviewer: str, seconds: float = 8.0) -> Mark:
    """An image that somebody finished."""
    return Mark(reviewer, "finished", NOW - timedelta(minutes=10), seconds)


def skipped(reviewer: str) -> Mark:
    """An image that somebody skipped."""
    return Mark(reviewer, "skipped", NOW - timedelta(minutes=5), 2.0)


def drafted(reviewer: str) -> Mark:
    """An image that somebody began."""
    return Mark(reviewer, "draft", NOW - timedelta(minutes=1))
