"""What an import of 100 frames costs beside Label Studio's part, as batches and frames add up.

Label Studio is left out: a stand-in answers at once, so that all of the time is ours.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.into_label_studio import PREDICTION, PROJECT, TASK
from benchmarks.photos import photo
from benchmarks.redises import redis_alone
from benchmarks.table import Row, compare
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.values import ProjectState
from plugin.services.imports.opening import BatchOpener
from plugin.services.imports.sending import Sender
from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.colours import ClassColours
from plugin.stores.frames.spool import Spool, image_key

PERIOD = "2026-11-24"
AT_ONCE = 100
FULL = 99_000
"""Frames in a batch with room for those of this run: no batch takes more than 100,000."""


class InstantLabelStudio:
    """Does nothing, and says that it has done it."""

    def __init__(self) -> None:
        self._ids = count(10_000_000)
        self._config = render(TASK, ["part"])

    def project(self, project: int) -> ProjectState:
        """A project, just as we made it."""
        return ProjectState(project, "", "", self._config)

    def import_tasks(self, _project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """An id for every task."""
        return [next(self._ids) for _ in tasks]


class InstantMedia:
    """Places nothing."""

    is_apart = True

    def prepare(self, project: int) -> None:
        """Do nothing."""

    def place(
        self, _project: int, files: Mapping[str, tuple[bytes, str]], **_again: bool
    ) -> dict[str, str]:
        """An address for every file."""
        return {name: f"/data/{name}" for name in files}

    def forget(self, project: int, addresses: Collection[str]) -> None:
        """Do nothing."""

    def placed(self, _project: int) -> set[str]:
        """Nothing."""
        return set()


def rows() -> Iterator[Row]:
    """Measure against the smallest of each kind."""
    numbers = count()
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis_alone())
        small = stack.enter_context(_grown(redis_url, batches=10, frames=1_000))
        for batches in (100, 1_000):
            with _grown(redis_url, batches=batches, frames=1_000) as grown:
                yield _row((grown, small), numbers, f"in a project of {batches:,} batches", "of 10")
        for frames in (10_000, FULL):
            with _grown(redis_url, batches=10, frames=frames) as grown:
                yield _row(
                    (grown, small), numbers, f"into a batch of {frames:,} frames", "of 1,000"
                )


def _row(
    sizes: tuple[Application, Application], numbers: Iterator[int], what: str, against: str
) -> Row:
    grown, small = sizes

    def before() -> None:
        for parts in sizes:
            _keep(parts, next(numbers))

    ours, other = compare(
        lambda: grown.importer.run(PROJECT), lambda: small.importer.run(PROJECT), before, rounds=7
    )
    name = f"{what}, without Label Studio's part"
    return Row(f"frames imported {name}", ours, against, other, "frames/s", "flat: ≥ 0.9 ×")


@contextmanager
def _grown(redis_url: str, batches: int, frames: int) -> Iterator[Application]:
    """Parts with so many batches, the last of them with so many frames."""
    with TemporaryDirectory() as folder:
        parts = Application(Config.model_validate({"STORE_URL": folder, "REDIS_URL": redis_url}))
        settings = {"project": PROJECT, "classes": ["part"], "batch": {"max_images": 100_000}}
        parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
        for days in range(batches):
            parts.batches.create(_batch(days, 0 if days else frames))
        _fill(Path(folder), parts.batches.get(PROJECT, PERIOD), frames)
        label_studio: Any = InstantLabelStudio()
        media: Any = InstantMedia()
        shades = ClassColours(parts.store)
        opener = BatchOpener(parts.batches, label_studio, media, utc_now, shades, parts.indexer)
        sender = Sender(parts.spool, parts.batches, label_studio, media, opener, utc_now)
        vars(parts).update(label_studio=label_studio, media=media, opener=opener, sender=sender)
        yield parts
        parts.redis.close()
        parts.queue_redis.close()


def _batch(days: int, size: int) -> Batch:
    period = (date.fromisoformat(PERIOD) - timedelta(days=days)).isoformat()
    return Batch(
        name=period, project=PROJECT, period=period, part=1, title=period, label_studio_id=1,
        created_at=utc_now(), classes=("part",), size=size,
    )  # fmt: skip


def _fill(folder: Path, batch: Batch, number: int) -> None:
    """Frames that were imported long ago; nobody needs them on the disk today."""
    store = FolderStore(folder, synced=False)
    spool = Spool(store)
    for start in range(0, number, AT_ONCE):
        frames = [_frame(f"old-{each}") for each in range(start, start + AT_ONCE)]
        spool.mark_all_imported(
            batch.name, [(frame, start + each) for each, frame in enumerate(frames)], utc_now()
        )
        key = f"projects/{PROJECT}/tasks/{batch.name}/{start:012d}.json"
        store.put(key, b'{"items":[]}')


def _keep(parts: Application, number: int) -> None:
    frames = [_frame(f"new-{number}-{each}") for each in range(AT_ONCE)]
    parts.spool.add_all([(frame, photo(each)) for each, frame in enumerate(frames)])


def _frame(event_id: str) -> Frame:
    identifier, now = frame_id(PROJECT, event_id), utc_now()
    image = ImageInfo(image_key(PROJECT, identifier, "jpg"), "image/jpeg", "", 1280, 720, 150_000)
    return Frame(
        frame_id=identifier, project=PROJECT, event_id=event_id, deployment="bench",
        captured_at=now, received_at=now, period=PERIOD, image=image, prediction=PREDICTION,
    )  # fmt: skip
