"""One good frame of each kind of task: a photo, and what a model would say of it.

Coordinates are pixels of the photo; the photo and they are enlarged together when posted, so that
Label Studio shows an image which had to be scaled down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.domain import rle
from plugin.domain.rle import Bitmap
from plugin.domain.settings import ProjectSettings
from tests.samples import encoded

PHOTOS = Path(__file__).parents[2] / ".cache/photos/skimage/data"

Outline = list[tuple[float, float]]

CUP: Outline = [
    (176, 88), (190, 58), (222, 32), (268, 20), (310, 21), (352, 36), (386, 66), (405, 100),
    (408, 128), (390, 190), (368, 228), (330, 262), (290, 278), (262, 281), (240, 296), (226, 306),
    (206, 304), (197, 288), (203, 262), (216, 238), (196, 208), (182, 170), (174, 120),
]  # fmt: skip
SPOON: Outline = [
    (398, 70), (412, 67), (424, 74), (420, 92), (408, 126), (396, 176), (384, 214), (380, 234),
    (396, 250), (406, 272), (402, 296), (388, 314), (366, 325), (344, 322), (330, 308), (327, 288),
    (334, 264), (350, 250), (370, 238), (384, 196), (396, 150), (404, 108),
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of task. `settings` and `boxes` or `labels` as they are posted, see above."""

    name: str
    photo: str
    scale: float
    settings: Mapping[str, Any]
    content: Mapping[str, Any]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the posted image, in pixels."""
        with Image.open(PHOTOS / f"{self.photo}.png") as photo:
            return round(photo.width * self.scale), round(photo.height * self.scale)

    def image(self) -> bytes:
        """The image as it is posted."""
        out = BytesIO()
        with Image.open(PHOTOS / f"{self.photo}.png") as photo:
            photo.convert("RGB").resize(self.size).save(out, "JPEG", quality=88)
        return out.getvalue()

    def prediction(self) -> dict[str, Any]:
        """What is posted with it: everything in pixels of the posted image."""
        width, height = self.size
        boxes = [self._enlarged(box) for box in self.content.get("boxes", ())]
        return {**self.content, "width": width, "height": height, "boxes": boxes}

    def mask(self, outline: Outline) -> Bitmap:
        """The pixels of the posted image (rows of columns) within an outline."""
        image = Image.new("1", self.size)
        ImageDraw.Draw(image).polygon([self._point(x, y) for x, y in outline], fill=1)
        return np.asarray(image, dtype=np.bool_)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale, y * self.scale

    def _enlarged(self, box: Mapping[str, Any]) -> dict[str, Any]:
        found = {**box, "xyxy": [each * self.scale for each in box["xyxy"]]}
        if outline := found.pop("painted", None):
            mask = rle.encode(self.mask(outline))
            found["mask"] = {"size": list(mask.size), "counts": mask.counts}
        if "polygon" in box:
            found["polygon"] = [self._point(x, y) for x, y in box["polygon"]]
        if "keypoints" in box:
            found["keypoints"] = [
                {**point, "x": point["x"] * self.scale, "y": point["y"] * self.scale}
                for point in box["keypoints"]
            ]
        return found


def _box(name: str, confidence: float, *xyxy: float, **more: object) -> dict[str, Any]:
    return {"class": name, "confidence": confidence, "xyxy": xyxy, **more}


def _keypoint(name: str, x: float, y: float, confidence: float) -> dict[str, Any]:
    return {"name": name, "x": x, "y": y, "confidence": confidence}


_TABLE = {"task_type": "instance-segmentation", "classes": ["cup", "saucer", "spoon"]}
_SUIT = [
    _box("person", 0.93, 22, 14, 362, 510), _box("helmet", 0.58, 276, 343, 510, 511),
    _box("patch", 0.77, 134, 347, 209, 422), _box("patch", 0.41, 277, 338, 330, 377),
    _box("shuttle", 0.86, 355, 2, 472, 288),
]  # fmt: skip
_CAT = [
    _keypoint("left eye", 171, 115, 0.97), _keypoint("right eye", 318, 137, 0.94),
    _keypoint("nose", 264, 242, 0.88), _keypoint("left ear", 62, 8, 0.42),
    _keypoint("right ear", 372, 40, 0.51),
]  # fmt: skip
_SCENES = ["street", "table", "workshop", "office", "kitchen", "garden"]
MANY = [
    "person", "helmet", "patch", "shuttle", "flag",
    "connector housing, left, with locking tab (variant B)",
    *(f"part {number:02d}" for number in range(25)),
]  # fmt: skip
"""Thirty-one classes, one of them with a long name."""

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "boxes", "astronaut", 2.6,
            {"task_type": "object-detection",
             "classes": ["person", "helmet", "patch", "shuttle", "flag"]},
            {"boxes": _SUIT},
        ),
        Kind(
            "polygons", "coffee", 2.5, _TABLE,
            {"boxes": [_box("cup", 0.91, 174, 20, 408, 306, polygon=CUP),
                       _box("spoon", 0.55, 327, 67, 424, 325, polygon=SPOON)]},
        ),
        Kind(
            "masks", "coffee", 2.5, _TABLE,
            {"boxes": [_box("cup", 0.91, 174, 20, 408, 306, painted=CUP),
                       _box("spoon", 0.55, 327, 67, 424, 325, painted=SPOON)]},
        ),
        Kind(
            "keypoints", "chelsea", 3.0,
            {"task_type": "keypoint-detection", "classes": ["cat", "dog"],
             "keypoints": ["left eye", "right eye", "nose", "left ear", "right ear"]},
            {"boxes": [_box("cat", 0.95, 18, 0, 402, 298, keypoints=_CAT)]},
        ),
        Kind(
            "classification", "coffee", 2.5,
            {"task_type": "classification", "classes": _SCENES},
            {"labels": [{"class": "table", "confidence": 0.52}],
             "scores": {"table": 0.52, "kitchen": 0.4, "office": 0.08}},
        ),
        Kind(
            "multi-label", "coffee", 2.5,
            {"task_type": "multi-label-classification",
             "classes": ["cup", "saucer", "spoon", "fork", "coffee", "tea", "person"]},
            {"labels": [{"class": "cup", "confidence": 0.98},
                        {"class": "spoon", "confidence": 0.71},
                        {"class": "coffee", "confidence": 0.58}]},
        ),
        Kind(
            "many-classes", "astronaut", 2.6,
            {"task_type": "object-detection", "classes": MANY},
            {"boxes": [*_SUIT, _box(MANY[5], 0.45, 228, 296, 258, 480)]},
        ),
    )
}  # fmt: skip


def post(installation: Installation, kind: Kind) -> tuple[str, str]:
    """Make a project for a kind and post its frame; the project's name and a deployment's key."""
    project = f"look-{kind.name}"
    application = installation.application
    rule = {"name": "unsure", "tags": ["unsure", "night"], "priority": 2}
    content = {"project": project, "rules": [rule], **kind.settings}
    application.history.add(ProjectSettings.model_validate(content), "test", utc_now())
    _, key = application.deployments.register(project, "line-3", utc_now())
    post_again(installation, project, key, kind)
    return project, key


def post_again(installation: Installation, project: str, key: str, kind: Kind) -> None:
    """Post a kind's frame, as another event, through the webhook."""
    answer = httpx.post(
        f"{installation.webhook_url}/v1/projects/{project}/events",
        headers={"Authorization": f"Bearer {key}"},
        data={"prediction": encoded(kind.prediction()), "model_version": "parts-7"},
        files={"image": ("shot.jpg", kind.image(), "image/jpeg")},
        timeout=30,
    )
    assert answer.json().get("outcome") == "kept", answer.text
