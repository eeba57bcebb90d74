"""Sets of images that a training set begins with: COCO, YOLO, a folder a class."""

import json
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from plugin.domain.prediction import TaskType
from plugin.training_set.reading.choosing import read_set
from plugin.training_set.reading.found import split_named
from tests.fuzz.target import Parse, Target
from tests.samples import jpeg

BOXES = [each for each in TaskType if each.has_boxes]
_COCO = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 32, "height": 32}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 20, 10], "iscrowd": 0,
         "segmentation": [[1, 2, 3, 4, 5, 6], [7, 8, 20, 8, 20, 20]],
         "keypoints": [1, 2, 2, 3, 4, 0]},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [1, 2, 20, 10],
         "segmentation": {"size": [32, 32], "counts": [100, 24, 900]}},
    ],
    "categories": [{"id": 7, "name": "dent", "keypoints": ["tip", "tail"]}],
}  # fmt: skip
_YOLO = b"""\
path: .
train: images/train
val: [images/train]
kpt_shape: [2, 3]
names:
  0: dent
  1: rust
kpt_names: {0: [tip, tail]}
"""
_LABELS = (
    b"0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.05 0.05\n", b"0 0.1 0.1 0.9 0.1 0.5 0.9\n",
    b"1 0.5 0.5 0.2 0.2 0.5 0.5 2 0.6 0.6 0\n",
)  # fmt: skip
_WORDS = (
    b"nan", b"inf", b"-1", b"1e400", b"&a [*a]", b"*a", b"!!python/name:os.system", b"names: ",
    b"\0",
    b"kpt_shape: [1000000000, 3]", b"kpt_names: 5", b"train: 5", b"path: /", b"train: '..'",
    b"a: {b: [",
)  # fmt: skip


def targets(folder: Path) -> Iterator[Target]:
    """One file of a set each is the input; the rest of the set is right."""
    for name, file in (
        ("coco", "instances.json"),
        ("yolo", "data.yaml"),
        ("yolo", "labels/train/a.txt"),
    ):
        root = _set_in(folder / file.replace("/", "-"))
        samples = {"instances.json": [json.dumps(_COCO).encode()], "data.yaml": [_YOLO]}
        parse = _reading(root, file, name)
        given = [bytes([at]) + each for each in samples.get(file, _LABELS) for at in range(3)]
        yield Target(f"training set: {file}", parse, given, head=1, words=_WORDS)
    names = [b"instances_val2017.json", b"Train-set", b"valid"]
    yield Target("training set: name of a split", _split, names)


def _set_in(root: Path) -> Path:
    (root / "images/train").mkdir(parents=True)
    (root / "labels/train").mkdir(parents=True)
    (root / "images/train/a.jpg").write_bytes(jpeg(32, 32))
    (root / "a.jpg").write_bytes(jpeg(32, 32))
    return root


def _reading(root: Path, file: str, named: str) -> Parse:
    if file.startswith("labels"):
        (root / "data.yaml").write_bytes(_YOLO)

    def parse(data: bytes) -> None:
        task_type = BOXES[(data[0] if data else 0) % len(BOXES)]
        (root / file).write_bytes(data[1:])
        found = read_set(root, task_type, named if crc32(data) % 2 else None)
        for image in found.images:
            image.truth(32, 32)

    return parse


def _split(data: bytes) -> None:
    assert split_named([data.decode("utf-8", "replace")]) in {"train", "val", "test", None}
