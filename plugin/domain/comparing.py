"""What a person changed: a model's prediction against the reviewer's truth, object by object.

Objects are matched greedily, the pair of highest IoU first, as COCO's evaluation is greedy by
confidence (https://github.com/cocodataset/cocoapi/blob/master/PythonAPI/pycocotools/cocoeval.py).
Classes do not count at first, so that a box with another class is *relabelled* and not *removed*
and *added*; of two pairs that lie about as close, the one of one class is taken.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from plugin.domain.overlap import overlaps
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType

Kind = Literal["kept", "moved", "relabelled", "added", "removed"]

MATCHED = 0.5
"""IoU from which two boxes are one object: COCO's and Pascal VOC's first threshold."""

KEPT = 0.9
"""IoU from which a box counts as left where it was; for keypoints it is their OKS, too."""

SAME_CLASS = 0.05
"""A pair of one class goes before one of two classes whose IoU is higher by less than this."""

SIGMA = 0.05
"""Of every keypoint in OKS: the middle of COCO's, which are of a person's joints alone.
https://cocodataset.org/#keypoints-eval"""

WHOLE = 10_000
"""IoU and confidence are whole numbers of ten-thousandths, so that sums of them are exact."""


class Change(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of one object or label.

    `predicted` and `true` are its classes, "" where it was added or removed. `confidence` and
    `iou` are in ten-thousandths, None where there is none.
    """

    kind: Kind
    predicted: str = ""
    true: str = ""
    confidence: int | None = None
    iou: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether the model was right about it: the class, and the place to within IoU 0.5."""
        return self.kind in {"kept", "moved"}


def compare(predicted: Prediction, true: Prediction, task_type: TaskType) -> tuple[Change, ...]:
    """What a reviewer made of a prediction; nothing where both are empty.

    Raises:
        InvalidInputError: a mask is not one.
    """
    if task_type.has_boxes:
        return compare_boxes(predicted.boxes, true.boxes)
    exclusive = task_type is TaskType.CLASSIFICATION
    return compare_labels(predicted.labels, true.labels, exclusive=exclusive)


def compare_boxes(predicted: Sequence[Box], true: Sequence[Box]) -> tuple[Change, ...]:
    """What became of each predicted box, in their order, and behind them what was added."""
    pairs = {row: (column, iou) for row, column, iou in matches(predicted, true)}
    found = {column for column, _ in pairs.values()}
    changes = [
        _of_pair(box, true[pairs[row][0]], pairs[row][1])
        if row in pairs
        else Change("removed", predicted=box.class_name, confidence=_whole(box.confidence))
        for row, box in enumerate(predicted)
    ]
    added = (box for column, box in enumerate(true) if column not in found)
    return (*changes, *(Change("added", true=box.class_name) for box in added))


def compare_labels(
    predicted: Sequence[Label], true: Sequence[Label], *, exclusive: bool
) -> tuple[Change, ...]:
    """What became of each label; where classes exclude each other, one may be relabelled."""
    left = Counter(label.class_name for label in true)
    kept, others = [], []
    for label in predicted:
        confidence = _whole(label.confidence)
        if left[label.class_name] > 0:
            left[label.class_name] -= 1
            kept.append(Change("kept", label.class_name, label.class_name, confidence))
        else:
            others.append((label.class_name, confidence))
    names = sorted(left.elements())
    relabelled = min(len(names), len(others)) if exclusive else 0
    return (
        *kept,
        *(
            Change("relabelled", name, new, confidence)
            for (name, confidence), new in zip(others, names[:relabelled], strict=False)
        ),
        *(Change("removed", name, "", confidence) for name, confidence in others[relabelled:]),
        *(Change("added", true=name) for name in names[relabelled:]),
    )


def matches(first: Sequence[Box], second: Sequence[Box]) -> list[tuple[int, int, float]]:
    """Pairs of boxes that are one object: their places and their IoU, at least MATCHED.

    Each box is in one pair at most. Closest first; of equals, in the order of the boxes.
    """
    if not (first and second):
        return []
    found = overlaps(first, second)
    names = [np.array([box.class_name for box in boxes]) for boxes in (first, second)]
    closeness = found + SAME_CLASS * (names[0][:, None] == names[1][None, :])
    rows, columns = np.nonzero(found >= MATCHED)
    order = np.argsort(-closeness[rows, columns], kind="stable")
    taken: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in taken[0] and column not in taken[1]:
            taken[0].add(row)
            taken[1].add(column)
            pairs.append((row, column, float(found[row, column])))
    return pairs


def oks(predicted: Box, true: Box) -> float:
    """Object keypoint similarity, 0 to 1, over the points that either has.

    A point of one of them alone counts 0. The scale is the area of the true box, and every
    point has the sigma SIGMA, whatever it is of.
    """
    found = {point.name: point for point in predicted.keypoints}
    wanted = {point.name: point for point in true.keypoints}
    names = found.keys() | wanted.keys()
    if not names:
        return 1.0
    left, top, right, bottom = true.xyxy
    scale = 2 * max(1.0, (right - left) * (bottom - top)) * (2 * SIGMA) ** 2
    both = found.keys() & wanted.keys()
    near = (np.exp(-_squared(found[name], wanted[name]) / scale) for name in sorted(both))
    return float(sum(near)) / len(names)


def _of_pair(predicted: Box, true: Box, iou: float) -> Change:
    kind: Kind = "kept" if min(iou, oks(predicted, true)) >= KEPT else "moved"
    if predicted.class_name != true.class_name:
        kind = "relabelled"
    confidence = _whole(predicted.confidence)
    return Change(kind, predicted.class_name, true.class_name, confidence, _whole(iou))


def _squared(first: Keypoint, second: Keypoint) -> float:
    return (first.x - second.x) ** 2 + (first.y - second.y) ** 2


def _whole(share: float) -> int:
    return round(WHOLE * share)
