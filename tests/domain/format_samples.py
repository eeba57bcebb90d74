"""A prediction of every task type, and what each format can say of it."""

import msgspec
import numpy as np

from plugin.domain import rle
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType

_mask = np.zeros((240, 320), dtype=np.bool_)
_mask[24:72, 32:96] = True
_mask[30:40, 40:50] = False
MASK = rle.encode(_mask)
POLYGON = ((32.0, 24.0), (96.0, 24.0), (64.0, 72.0))
POINTS = (Keypoint("0", 40.0, 30.0, 0.9), Keypoint("1", 80.0, 60.0, 0.5))

DENT = Box("dent", 0.41, (32.0, 24.0, 96.0, 72.0))
BOLT = Box("bolt", 0.9, (160.0, 120.0, 320.0, 240.0))
SCORES = {"bolt": 0.25, "dent": 0.75, "scratch": 0.125}

with_ = msgspec.structs.replace
SAMPLES = {
    "boxes": (TaskType.OBJECT_DETECTION, Prediction(320, 240, (DENT, BOLT))),
    "no boxes": (TaskType.OBJECT_DETECTION, Prediction(320, 240)),
    "polygons": (
        TaskType.INSTANCE_SEGMENTATION,
        Prediction(320, 240, (with_(DENT, polygon=POLYGON),)),
    ),
    "masks": (TaskType.INSTANCE_SEGMENTATION, Prediction(320, 240, (with_(DENT, mask=MASK),))),
    "keypoints": (
        TaskType.KEYPOINT_DETECTION,
        Prediction(320, 240, (with_(DENT, keypoints=POINTS),)),
    ),
    "class": (
        TaskType.CLASSIFICATION,
        Prediction(320, 240, labels=(Label("dent", 0.75),), scores=SCORES),
    ),
    "classes": (
        TaskType.MULTI_LABEL_CLASSIFICATION,
        Prediction(320, 240, labels=(Label("dent", 0.75), Label("bolt", 0.75)), scores=None),
    ),
}

_ALL = set(SAMPLES)
_BOXES = _ALL - {"class", "classes"}
KNOWS = {
    "native": _ALL,
    "roboflow": _ALL,
    "ultralytics": _ALL - {"masks", "classes"},
    "coco": _BOXES,
    "supervision": {"boxes", "no boxes", "masks"},
    "label-studio": _ALL,
}
"""The samples that each format has words for."""

CASES = [(name, sample) for name, known in KNOWS.items() for sample in SAMPLES if sample in known]


def expected_from(name: str, sample: str) -> Prediction:
    """What is left of a sample once a format has told it."""
    prediction = SAMPLES[sample][1]
    if name == "supervision":
        return with_(prediction, width=0, height=0)
    if name == "label-studio":
        drawn = bool(prediction.boxes or prediction.labels)
        return with_(prediction if drawn else Prediction(), scores=None)
    if name == "roboflow" and sample == "classes":
        return with_(prediction, scores={"dent": 0.75, "bolt": 0.75})
    return prediction
