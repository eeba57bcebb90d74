"""Who has what, in the Store: one revision after the other, and as release 0.1 wrote it."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.batches import Batches

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BATCH = Batch(
    name="2026-11-23", project="parts", period="2026-11-23", part=1, title="parts · 2026-11-23",
    label_studio_id=7, created_at=NOW, size=3,
)  # fmt: skip
KEY = "projects/parts/assignments/2026-11-23.json"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def batches(store: FolderStore) -> Batches:
    return Batches(store)


def test_what_was_saved_is_read_with_its_new_revision(batches: Batches) -> None:
    share = Share(
        reviewer="ann@example.com", tasks=(3, 1), shuffled=True, link="/x", assigned_at=NOW,
        view_id=2,
    )  # fmt: skip
    wanted = Assignments(0, (share,), "Look\ntwice", {2: ""})
    saved = batches.save_assignments(BATCH, wanted, 0)
    assert saved == msgspec.structs.replace(wanted, revision=1)
    assert batches.assignments(BATCH) == saved


def test_who_saw_an_earlier_revision_overwrites_nothing(batches: Batches) -> None:
    first = batches.save_assignments(BATCH, Assignments(instructions="one"), 0)
    with pytest.raises(ConflictError, match="revision 1 is in force, not 0"):
        batches.save_assignments(BATCH, Assignments(instructions="two"), 0)
    assert batches.assignments(BATCH) == first


def test_what_release_0_1_wrote_is_one_share_a_person(batches: Batches, store: FolderStore) -> None:
    def item(reviewer: str, tasks: list[int], tab: int) -> dict[str, object]:
        return {
            "reviewer": reviewer, "task_ids": tasks, "shuffled": tab == 9, "view_id": tab,
            "link": f"/projects/7/data?tab={tab}&labeling=1", "assigned_at": NOW,
        }  # fmt: skip

    items = [
        item("ann@example.com", [1, 2], 8),
        item("ben@example.com", [3], 8),
        item("ann@example.com", [4], 9),
    ]
    store.put(KEY, msgspec.json.encode({"items": items}))
    found = batches.assignments(BATCH)
    assert found.revision == 0
    assert [(share.reviewer, share.tasks, share.shuffled) for share in found.shares] == [
        ("ann@example.com", (1, 2, 4), True),
        ("ben@example.com", (3,), False),
    ]
    assert found.shares[0].link.endswith("tab=9&labeling=1")
    assert found.shares[0].view_id is None, "its tab shows no image that two people have"
    assert batches.save_assignments(BATCH, found, 0).revision == 1
    assert b"items" not in store.get(KEY)


def test_a_missing_ledger_is_an_empty_one(batches: Batches) -> None:
    assert batches.ledger(BATCH) == Ledger()
    ledger = Ledger(3, {1: (Mark("ann@example.com", "skipped", NOW),)}, NOW, NOW)
    batches.save_ledger(BATCH, ledger)
    assert batches.ledger(BATCH) == ledger
