"""What the next version of a training set costs as the set grows, and how much memory it takes.

Sets of thousands are made of records alone: what is there is not read again, images least of all.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.into_label_studio import BOXES, PROJECT, TASK
from benchmarks.photos import photo
from benchmarks.redises import redis_alone
from benchmarks.table import Row, compare
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.domain.splitting import digest64
from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.spool import Spool, image_key
from plugin.stores.review.review_log import Cursor, ReviewsChanged
from plugin.stores.review.reviews import Review, Reviews
from plugin.training_set.examples import Example, Provenance
from plugin.training_set.segments import Record
from plugin.training_set.segments import Row as IndexRow
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Certificate, Changes, Version

SIZES = (10_000, 100_000)
SMALL = 1_000
NEW = 100
TRUTH = Prediction(1280, 720, BOXES)


def rows() -> Iterator[Row]:
    """Measure increments against those of the smallest set, then memory."""
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis_alone())
        numbers = count()
        small = stack.enter_context(_grown(redis_url, SMALL))
        for images in SIZES:
            with _grown(redis_url, images) as grown:
                yield _increments((grown, small), images, numbers)
        large, little = _per_megabyte(redis_url, 10_000), _per_megabyte(redis_url, SMALL)
        yield Row(
            "a first version of 10,000 images, whole process", large, f"of {SMALL:,}", little,
            "images/MB of memory", "≥ 7 ×: bounded",
        )  # fmt: skip


def _increments(sizes: tuple[Application, Application], images: int, numbers: Iterator[int]) -> Row:
    grown, small = sizes

    def before() -> None:
        for parts in sizes:
            add_reviewed(parts.store_folder, [next(numbers) for _ in range(NEW)])
        os.sync()  # else the first build to sync waits for the images of both

    ours, other = compare(lambda: _build(grown, NEW), lambda: _build(small, NEW), before, rounds=9)
    what = f"images added to a training set of {images:,}, {NEW} at a time"
    return Row(what, ours, f"to one of {SMALL:,}", other, "images/s", "flat: ≥ 0.85 ×")


def _build(parts: Application, images: int) -> int:
    version = parts.builder.build(PROJECT)
    if version.changes.added != images:
        raise SystemExit(f"{version.changes.added} images were added, not {images}")
    return images


def _per_megabyte(redis_url: str, images: int) -> float:
    """Images of a first version, by the memory that its process had at the most."""
    with TemporaryDirectory() as folder:
        with _parts(redis_url, Path(folder)):
            add_reviewed(Path(folder), range(images))
        command = [sys.executable, "-m", "benchmarks.training_set_growth", folder, redis_url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  ours
        return images / float(done.stdout)


def add_reviewed(folder: Path, numbers: Sequence[int]) -> None:
    """Frames that are tasks, each with a finished review; nobody needs them on the disk today."""
    store, now = FolderStore(folder, synced=False), utc_now()
    spool, reviews = Spool(store), Reviews(store)
    frames = [_frame(number) for number in numbers]
    for number, frame in zip(numbers, frames, strict=True):
        store.put(frame.image.key, own_photo(number))
        review = Review(
            frame_id=frame.frame_id, batch="bench", task_id=number, annotation_id=number,
            reviewer="ann@example.com", finished_at=now, seconds=1.0, truth=TRUTH,
        )  # fmt: skip
        reviews.save(PROJECT, review)
    tasks = list(zip(frames, numbers, strict=True))
    spool.mark_all_imported("bench", tasks, now)
    changed = ReviewsChanged("bench", tuple(frame.frame_id for frame in frames))
    reviews.log.append(PROJECT, changed, now)


def own_photo(number: int) -> bytes:
    """A photo that no other number has: its comment says which."""
    data, comment = photo(number), f"{number:08d}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def _frame(number: int) -> Frame:
    identifier, now = frame_id(PROJECT, f"new-{number}"), utc_now()
    key = image_key(PROJECT, identifier, "jpg")
    digest = sha256(own_photo(number)).hexdigest()
    # A look of its own: no two are alike.
    look = sha256(f"{number}".encode()).hexdigest()[:16]
    return Frame(
        frame_id=identifier, project=PROJECT, event_id=f"new-{number}", deployment="bench",
        captured_at=now, received_at=now, period="bench", prediction=TRUTH,
        image=ImageInfo(key, "image/jpeg", digest, 1280, 720, 150_000, look),
    )  # fmt: skip


@contextmanager
def _parts(redis_url: str, folder: Path) -> Iterator[Application]:
    parts = Application(Config.model_validate({"STORE_URL": str(folder), "REDIS_URL": redis_url}))
    settings = {"project": PROJECT, "classes": ["part"]}
    parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
    yield parts
    parts.close()


@contextmanager
def _grown(redis_url: str, images: int) -> Iterator[Application]:
    """Parts with a training set of so many images, of which there are records alone."""
    with TemporaryDirectory() as folder, _parts(redis_url, Path(folder)) as parts:
        _fill(TrainingSets(FolderStore(Path(folder), synced=False)), images)
        yield parts


def _fill(sets: TrainingSets, images: int) -> None:
    looks = np.random.default_rng(0).integers(0, 2**63, images, np.uint64)
    entries = (_entry(f"{number:032x}", int(looks[number])) for number in range(images))
    segment = sets.segments.write(PROJECT, "first", entries)
    now = utc_now()
    begun = f"{now - timedelta(days=1):%Y%m%dT%H%M%S%fZ}-0.json"
    sets.add(
        PROJECT,
        Version(
            version=1, parent=0, created_at=now, task_type=TASK, classes=("part",), images=images,
            annotations=5 * images, per_class={"part": 5 * images}, per_split={"train": images},
            changes=Changes(images), certificate=Certificate(now, images, 5 * images, "equal"),
            cursor=Cursor(begun), segments=(segment,) if segment else (),
        ),
    )  # fmt: skip


def _entry(image_id: str, look: int) -> tuple[Record, IndexRow]:
    example = Example(
        image_id=image_id, file_name=f"{image_id}.jpg", sha256=image_id * 2, width=1280, height=720,
        content_type="image/jpeg", split="train", group=image_id[:16], truth=TRUTH,
        provenance=Provenance("import:bench"),
    )  # fmt: skip
    row = IndexRow(digest64(image_id), look, 0, digest64(image_id), 0, has_look=True)
    return Record(image_id, example), row


def main() -> None:
    """Build in this process, and print the memory that it had at the most (MB)."""
    folder, redis_url = sys.argv[1:]
    with _parts(redis_url, Path(folder)) as parts:
        parts.builder.build(PROJECT)
    print(getrusage(RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
