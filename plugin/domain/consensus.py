"""Which of several annotations of an image counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from plugin.domain.overlap import overlaps
from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.training_settings import Choice

SAME_OBJECT = 0.5
"""The least intersection over union at which two boxes of one class are the same object."""


class Opinion(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finished annotation: what one person says is in an image (pixels, confidence 1).

    `error` says why it could not be read; its truth is empty then.
    """

    reviewer: str
    finished_at: datetime
    truth: Prediction
    ground_truth: bool = False
    seconds: float | None = None
    annotation_id: int = 0
    error: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What counts, and the annotation that it is; of a majority, the newest of all."""

    truth: Prediction
    opinion: Opinion


def choose(opinions: Sequence[Opinion], choice: Choice) -> Verdict:
    """Decide between annotations of one image.

    `ground_truth` takes the newest that is marked as such, else the newest. In a `majority` every
    person has one voice, the newest annotation of theirs. Boxes are the same object where they are
    of one class and overlap (IoU of at least 0.5); one stays when more than half of the people drew
    it, and lies at the mean of theirs; where any has an outline (a turned box has) or keypoints, it
    is the newest of them. A
    label stays when more than half chose it; where none has so many, the newest counts.

    Args:
        opinions: at least one.
        choice: which way.
    """
    ordered = sorted(opinions, key=_age)
    newest = ordered[-1]
    if choice == "ground_truth":
        marked = [each for each in ordered if each.ground_truth]
        newest = marked[-1] if marked else newest
    people = voices(opinions)
    if choice == "majority" and len(people) > 1:
        return Verdict(_majority(people, newest.truth), newest)
    return Verdict(newest.truth, newest)


def voices(opinions: Iterable[Opinion]) -> list[Opinion]:
    """One of each person, the newest of theirs; oldest first."""
    newest = {each.reviewer: each for each in sorted(opinions, key=_age)}
    return sorted(newest.values(), key=_age)


def _age(opinion: Opinion) -> tuple[datetime, int]:
    return opinion.finished_at, opinion.annotation_id


def _majority(people: Sequence[Opinion], newest: Prediction) -> Prediction:
    truths = [each.truth for each in people]
    labels = _labels(truths, newest)
    boxes = tuple(_mean(group) for group in _objects(truths) if len(group) * 2 > len(truths))
    return msgspec.structs.replace(newest, boxes=boxes, labels=labels)


def _labels(truths: Sequence[Prediction], newest: Prediction) -> tuple[Label, ...]:
    """Labels that more than half chose; the newest person's where there are none such."""
    votes = Counter(name for truth in truths for name in {each.class_name for each in truth.labels})
    chosen = [name for name, count in votes.items() if count * 2 > len(truths)]
    nothing = sum(not truth.labels for truth in truths) * 2 > len(truths)
    if not chosen and not nothing:
        return newest.labels
    return tuple(Label(name, 1.0) for name in sorted(chosen))


def _objects(truths: Sequence[Prediction]) -> list[list[Box]]:
    """Boxes of one object each, at most one of each person: the best overlapping pairs first."""
    groups: list[list[Box]] = []
    for truth in truths:
        found = overlaps([each[0] for each in groups], truth.boxes)
        pairs = sorted(
            (-found[at, which], at, which)
            for which, box in enumerate(truth.boxes)
            for at, group in enumerate(groups)
            if group[0].class_name == box.class_name and found[at, which] >= SAME_OBJECT
        )
        taken: dict[int, int] = {}
        for _, at, which in pairs:
            if which not in taken and at not in taken.values():
                taken[which] = at
        for which, box in enumerate(truth.boxes):
            if which in taken:
                groups[taken[which]].append(box)
            else:
                groups.append([box])
    return groups


def _mean(group: Sequence[Box]) -> Box:
    """The newest of the boxes of one object, moved to their mean where it is no more than a box."""
    newest = group[-1]
    if any(box.polygon or box.mask or box.keypoints for box in group):
        return newest
    sums = [sum(values) / len(group) for values in zip(*(box.xyxy for box in group), strict=True)]
    left, top, right, bottom = (round(value, 3) for value in sums)
    return msgspec.structs.replace(newest, xyxy=(left, top, right, bottom))
