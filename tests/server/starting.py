"""Sets of images as people have them, COCO and YOLO, and a training set that begins with one."""

import json
from pathlib import Path
from typing import Any

import yaml

from plugin.bootstrap import Application
from plugin.training_set.versions import Version
from tests.samples import jpeg

CATEGORIES = [{"id": 7, "name": "dent"}, {"id": 9, "name": "rust", "keypoints": ["tip", "tail"]}]


def add_image(folder: Path, name: str, seed: int, **options: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(jpeg(seed=seed, **options))


def add_coco(path: Path, names: list[str], annotations: list[dict[str, Any]]) -> None:
    images = [
        {"id": at, "file_name": name, "width": 320, "height": 240} for at, name in enumerate(names)
    ]
    numbered = [{"id": at, "iscrowd": 0} | each for at, each in enumerate(annotations)]
    data = {"images": images, "annotations": numbered, "categories": CATEGORIES}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


def row(image: int, category: int = 7, **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "bbox": [10, 20, 20, 40]} | more


def start(application: Application, root: Path, named: str | None = None) -> Version:
    version = application.starter.start("parts", root, named, by="maya@example.com")
    assert list(application.verifier.verify("parts", version.version)) == []
    return version


def add_yolo(root: Path, text: str, **more: Any) -> None:
    names = more.pop("names", ["dent", "rust"])
    data = {"path": ".", "train": "images/train", "val": "images/val", "names": names} | more
    (root / "data.yaml").write_text(yaml.safe_dump(data))
    for at, split in enumerate(("train", "val")):
        add_image(root / "images" / split, "a.jpg", seed=at)
    (root / "labels/train").mkdir(parents=True)
    (root / "labels/train/a.txt").write_text(text)
