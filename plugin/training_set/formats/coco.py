"""COCO: https://cocodataset.org/#format-data, one file of annotations a split.

    images/<split>/<image_id>.jpg
    annotations/<split>.json        `file_name` is relative to images/<split>/

A box is [left, top, width, height] in pixels; ids begin at 1. Outlines are polygons where a person
drew one, and compressed run lengths where they painted: `iscrowd` stays 0, because 1 would take the
object out of training and evaluation. A turned box has its corners as `segmentation`, and the
upright box around them as `bbox`. Images without objects stay in `images`.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from plugin.domain import rle
from plugin.domain.prediction import Box, TaskType
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import SPLITS, Contents, File, image_file, point_rows
from plugin.training_set.formats.outlines import area_of, flat, ring_of


def write(contents: Contents) -> Iterator[File]:
    """A version as COCO; only annotations are kept in memory until all images are written."""
    rows = {split: _Rows(contents) for split in SPLITS}
    for example in contents.examples():
        rows[example.split].add(example)
        yield image_file(contents, example)
    for split, found in rows.items():
        yield File(f"annotations/{split}.json", found.encoded())


class _Rows:
    """What becomes the file of a split, as JSON already: a tenth of what it takes as objects."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._indices = contents.class_indices
        self._images: list[bytes] = []
        self._annotations: list[bytes] = []

    def add(self, example: Example) -> None:
        image = {
            "id": len(self._images) + 1,
            "file_name": example.file_name,
            "width": example.width,
            "height": example.height,
        }
        self._images.append(msgspec.json.encode(image))
        for box in example.truth.boxes:
            row = {
                "id": len(self._annotations) + 1,
                "image_id": image["id"],
                "category_id": self._indices[box.class_name] + 1,
            }
            self._annotations.append(msgspec.json.encode(row | self._shape(box)))

    def encoded(self) -> bytes:
        contents = self._contents
        info = {
            "description": f"{contents.project}, version {contents.version}",
            "version": str(contents.version),
            "date_created": contents.created_at.isoformat(),
        }
        head = {"info": info, "licenses": [], "categories": self._categories()}
        return b'%b,"images":[%b],"annotations":[%b]}' % (
            msgspec.json.encode(head)[:-1],
            b",".join(self._images),
            b",".join(self._annotations),
        )

    def _categories(self) -> list[dict[str, Any]]:
        points: dict[str, Any] = {}
        if self._contents.task_type is TaskType.KEYPOINT_DETECTION:
            points = {"keypoints": self._contents.keypoints, "skeleton": []}
        return [
            {"id": index + 1, "name": name, "supercategory": ""} | points
            for name, index in self._indices.items()
        ]

    def _shape(self, box: Box) -> dict[str, Any]:
        x1, y1, x2, y2 = box.xyxy
        width, height = round(x2 - x1, 3), round(y2 - y1, 3)
        shape = {"bbox": [x1, y1, width, height], "area": round(width * height, 3), "iscrowd": 0}
        if self._contents.task_type is TaskType.INSTANCE_SEGMENTATION or box.polygon:
            shape |= _outline(box)
        if self._contents.task_type is TaskType.KEYPOINT_DETECTION:
            rows = point_rows(box, self._contents.keypoints)
            numbers = [number for row in rows for number in row]
            return shape | {"keypoints": numbers, "num_keypoints": len(box.keypoints)}
        return shape


def _outline(box: Box) -> dict[str, Any]:
    if box.mask is not None:
        size, counts = list(box.mask.size), box.mask.counts
        area = float(rle.decode(box.mask).sum())
        return {"segmentation": {"size": size, "counts": counts}, "area": area}
    ring = ring_of(box)
    return {"segmentation": [flat(ring)], "area": round(area_of(ring), 3)}
