"""`lsal assign`, `reassign` and `take-back`, as typed, on a Label Studio that keeps assignees."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis import Redis

from plugin.cli import main
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Assignments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.batches import Batches, TaskRef
from tests.server.enterprise import Known, enterprise, user

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BATCH = Batch(
    name="2026-11-23", project="parts", period="2026-11-23", part=1, title="parts · 2026-11-23",
    label_studio_id=1, created_at=NOW, size=4,
)  # fmt: skip


@pytest.fixture
def batches(
    redis: Redis, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Batches]:
    users = {1: user(1, "ann@example.com", "AN"), 2: user(2, "ben@example.com", "AN")}
    with enterprise(Known(users)) as server:
        monkeypatch.chdir(tmp_path)
        for name, value in {
            "STORE_URL": str(tmp_path / "store"), "REDIS_URL": redis_url,
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_KEY": "0123456789abcdef0123456789abcdef01234567",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        found = Batches(FolderStore(tmp_path / "store"))
        found.create(BATCH)
        refs = (TaskRef(number, f"frame-{number}", f"{number}", NOW) for number in range(1, 5))
        found.add_tasks(BATCH, tuple(refs))
        yield found


def lsal(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return result.output


def tasks(assignments: Assignments) -> dict[str, tuple[int, ...]]:
    return {share.reviewer: share.tasks for share in assignments.shares}


def test_images_are_given_to_reviewers_several_each(batches: Batches) -> None:
    said = lsal(
        "assign", "parts", BATCH.name, "ann@example.com=2", "ben@example.com=2", "--overlap", "2"
    )
    assert tasks(batches.assignments(BATCH)) == {
        "ann@example.com": (1, 2), "ben@example.com": (1, 2),
    }  # fmt: skip
    assert "ann@example.com: 2 images, http://" in said


def test_what_is_wrong_is_said_in_a_sentence(batches: Batches) -> None:
    said = lsal("assign", "parts", BATCH.name, "ann@example.com=5", code=1)
    assert "images: 5, expected at most 4, the images that nobody has yet" in said
    said = lsal("assign", "parts", BATCH.name, "zoe@example.com=1", code=1)
    assert "reviewers[0]: 'zoe@example.com', expected the e-mail address of a user" in said
    assert batches.assignments(BATCH) == Assignments()
