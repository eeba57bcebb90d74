"""YOLO object detection: https://docs.ultralytics.com/datasets/detect.

One text file an image, one line a box: class index, centre x, centre y, width, height, all but the
class as shares (0 to 1) of the image's width and height.
"""

from collections.abc import Sequence

import yaml

from plugin.training_set.samples import Sample


def encode_labels(sample: Sample, classes: Sequence[str]) -> str:
    """The label file of one image; empty for an image without boxes."""
    width, height = sample.truth.width, sample.truth.height
    lines = []
    for box in sample.truth.boxes:
        x1, y1, x2, y2 = box.xyxy
        centre = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
        size = (x2 - x1) / width, (y2 - y1) / height
        numbers = " ".join(f"{share:.6f}" for share in centre + size)
        lines.append(f"{classes.index(box.class_name)} {numbers}\n")
    return "".join(lines)


def encode_data_yaml(classes: Sequence[str]) -> str:
    """The file that trainers are pointed at."""
    content = {"path": ".", "train": "images", "val": "images", "names": dict(enumerate(classes))}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
