"""What a model saw in one image, in the one type that everything else works on.

Coordinates are pixels of the original image as a person sees it (upright), boxes are xyxy:
left, top, right, bottom, the origin in the top left corner.
"""

from enum import StrEnum

import msgspec

Point = tuple[float, float]
XYXY = tuple[float, float, float, float]


class TaskType(StrEnum):
    """What a model answers with."""

    OBJECT_DETECTION = "object-detection"
    INSTANCE_SEGMENTATION = "instance-segmentation"
    KEYPOINT_DETECTION = "keypoint-detection"
    CLASSIFICATION = "classification"
    MULTI_LABEL_CLASSIFICATION = "multi-label-classification"

    @property
    def has_boxes(self) -> bool:
        """Whether its predictions are boxes; otherwise they are labels of the whole image."""
        return self not in {TaskType.CLASSIFICATION, TaskType.MULTI_LABEL_CLASSIFICATION}


class Keypoint(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A named point of an object (pixels)."""

    name: str
    x: float
    y: float
    confidence: float = 1.0


class Rle(msgspec.Struct, frozen=True, gc=False):
    """A mask as COCO's compressed run lengths: `size` is (height, width), column by column.

    https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.h
    """

    size: tuple[int, int]
    counts: str


# gc=False: these hold no cycles, and the garbage collector need not walk a thousand boxes.
class Box(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One object: its class, confidence (0 to 1) and corners (pixels, xyxy).

    `polygon` or `mask` outline it in segmentation, `keypoints` lie on it in pose estimation, and
    `scores` holds the probability of every class where the model gives them; it is never changed.
    """

    class_name: str = msgspec.field(name="class")
    confidence: float
    xyxy: XYXY
    polygon: tuple[Point, ...] = ()
    mask: Rle | None = None
    keypoints: tuple[Keypoint, ...] = ()
    scores: dict[str, float] | None = None


class Label(msgspec.Struct, frozen=True, gc=False):
    """A class of the whole image, with its confidence (0 to 1)."""

    class_name: str = msgspec.field(name="class")
    confidence: float


class Prediction(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """All that a model saw in one image.

    `width` and `height` in pixels, 0 where the model did not say: they are then the image's.
    `boxes` for detection, segmentation and keypoints; `labels` for classification (the top class)
    and multi-label classification (the classes predicted), with the `scores` of all classes, never
    changed. A `stub` is a placeholder of a server without a model: it matches no condition.
    """

    width: int = 0
    height: int = 0
    boxes: tuple[Box, ...] = ()
    labels: tuple[Label, ...] = ()
    scores: dict[str, float] | None = None
    model_version: str = ""
    stub: bool = False
