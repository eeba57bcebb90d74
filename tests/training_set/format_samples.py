"""Versions of training sets to be written, one for every task type, and where they are written."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from plugin.domain import rle
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType
from plugin.domain.rle import Bitmap
from plugin.domain.splitting import SPLITS
from plugin.domain.turned import Turned
from plugin.training_set.examples import Example, Provenance, Split
from plugin.training_set.formats.contents import Contents, File
from tests.samples import NOW, jpeg

WIDTH, HEIGHT = 320, 240
NASTY = (
    "dent", "Dent", "a/b", "../../etc", "شريط \u202eabc", "<b>bold</b> & \"co\"", "con", "x, y\n",
    "...", "é" * 100,
)  # fmt: skip
"""Names of classes that mean no good as names of folders."""


def image(example: Example) -> bytes:
    return jpeg(WIDTH, HEIGHT, seed=int(example.image_id[-2:]))


def example(number: int, split: Split, truth: Prediction) -> Example:
    identifier = f"{'0' * 30}{number:02d}"
    data = jpeg(WIDTH, HEIGHT, seed=number)
    return Example(
        image_id=identifier, file_name=f"{identifier}.jpg", sha256=sha256(data).hexdigest(),
        width=WIDTH, height=HEIGHT, content_type="image/jpeg", split=split, group=identifier,
        truth=truth, provenance=Provenance("review", frame_id=identifier),
    )  # fmt: skip


def contents(
    task_type: TaskType, truths: Sequence[Prediction], classes: Sequence[str] = NASTY,
    keypoints: Sequence[str] = (),
) -> Contents:  # fmt: skip
    """A version of so many images, dealt to the splits in turn."""
    examples = [example(i, SPLITS[i % 3], truth) for i, truth in enumerate(truths)]
    return Contents(
        project="parts", version=7, created_at=NOW, task_type=task_type, classes=tuple(classes),
        keypoints=tuple(keypoints), examples=lambda: iter(examples), image=image,
    )  # fmt: skip


def boxes(*found: Box) -> Prediction:
    return Prediction(WIDTH, HEIGHT, tuple(found))


def labels(*names: str) -> Prediction:
    return Prediction(WIDTH, HEIGHT, labels=tuple(Label(name, 1.0) for name in names))


def painted(class_name: str, bitmap: Bitmap) -> Box:
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    corners = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    left, top, right, bottom = (float(each) for each in corners)
    return Box(class_name, 1.0, (left, top, right, bottom), mask=rle.encode(bitmap))


def ring_and_dot() -> Bitmap:
    """An object in two parts, the one with a hole."""
    bitmap = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    bitmap[20:80, 30:110] = True
    bitmap[40:60, 50:90] = False
    bitmap[150:170, 200:230] = True
    return bitmap


DETECTION = contents(
    TaskType.OBJECT_DETECTION,
    [
        boxes(Box("dent", 1.0, (32.5, 24.25, 96.125, 72.0)), Box("a/b", 1.0, (0, 0, 320, 240))),
        boxes(),
        boxes(Box("é" * 100, 1.0, (300.0, 200.0, 320.0, 240.0))),
        boxes(Box("<b>bold</b> & \"co\"", 1.0, (10, 20, 30, 40)), Box("dent", 1.0, (5, 5, 9, 9))),
        boxes(),
    ],
)  # fmt: skip
TRIANGLE = ((10.0, 10.0), (110.0, 10.0), (10.0, 90.0))
SEGMENTATION = contents(
    TaskType.INSTANCE_SEGMENTATION,
    [
        boxes(Box("dent", 1.0, (10, 10, 110, 90), polygon=TRIANGLE)),
        boxes(),
        boxes(painted("Dent", ring_and_dot()), Box("con", 1.0, (120, 100, 140, 130))),
    ],
)
POSES = contents(
    TaskType.KEYPOINT_DETECTION,
    [
        boxes(
            Box("dent", 1.0, (10, 20, 60, 80), keypoints=(
                Keypoint("tail", 50.0, 70.0), Keypoint("head", 20.5, 30.0),
            )),
            Box("a/b", 1.0, (100, 100, 150, 150)),
        ),
        boxes(),
        boxes(Box("con", 1.0, (1, 2, 3, 4), keypoints=(Keypoint("middle", 2.0, 3.0),))),
    ],
    keypoints=("head", "middle", "tail"),
)  # fmt: skip
CLASSIFICATION = contents(
    TaskType.CLASSIFICATION, [*(labels(name) for name in NASTY), labels(), labels("dent")]
)
LABELS = contents(
    TaskType.MULTI_LABEL_CLASSIFICATION,
    [labels("dent", "x, y\n"), labels(), labels(*NASTY), labels("a/b")],
)


TURNED = Turned(100.0, 60.0, 80.0, 24.0, 33.0).corners
AROUND = (86.929, 60.0, 167.094, 123.699)
"""The upright box around it."""

LEANING = contents(
    TaskType.OBJECT_DETECTION,
    [boxes(Box("dent", 1.0, AROUND, polygon=TURNED), Box("a/b", 1.0, (10, 20, 30, 40)))],
)


def written(write: Callable[[Contents], Iterator[File]], of: Contents, folder: Path) -> Path:
    """Write a version below a folder."""
    for path, data in write(of):
        place = folder / path
        assert place.resolve().is_relative_to(folder.resolve()), path
        assert not place.exists(), path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def of_split(of: Contents, split: Split) -> list[Example]:
    return [each for each in of.examples() if each.split == split]
