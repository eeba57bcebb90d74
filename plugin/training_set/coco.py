"""COCO object detection: https://cocodataset.org/#format-data.

A box is [left, top, width, height] in pixels; ids begin at 1.
"""

from collections.abc import Sequence
from typing import Any

from plugin.domain.prediction import Box
from plugin.training_set.samples import Sample


def encode(samples: Sequence[Sample], classes: Sequence[str]) -> dict[str, Any]:
    """A whole set as the dictionary of a COCO JSON file; images without boxes stay in it."""
    category_ids = {name: index for index, name in enumerate(classes, start=1)}
    images, annotations = [], []
    for image_id, sample in enumerate(samples, start=1):
        truth = sample.truth
        images.append(
            {
                "id": image_id,
                "file_name": sample.file_name,
                "width": truth.width,
                "height": truth.height,
            }
        )
        annotations += [_annotation(image_id, box, category_ids) for box in truth.boxes]
    for annotation_id, annotation in enumerate(annotations, start=1):
        annotation["id"] = annotation_id
    categories = [{"id": index, "name": name} for name, index in category_ids.items()]
    return {
        "info": {"description": "Reviewed in Label Studio"},
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }


def _annotation(image_id: int, box: Box, category_ids: dict[str, int]) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    width, height = round(x2 - x1, 3), round(y2 - y1, 3)
    return {
        "image_id": image_id,
        "category_id": category_ids[box.class_name],
        "bbox": [x1, y1, width, height],
        "area": round(width * height, 3),
        "iscrowd": 0,
    }
