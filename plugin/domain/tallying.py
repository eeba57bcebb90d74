"""One reviewed image in whole numbers that add up, so that sums over images stay exact.

A review that changes is taken away again as it was, and added as it is. A count stands under
(group, name, measure):

    class     a class         kept, moved, relabelled_from, relabelled_to, added, removed,
                              iou (ten-thousandths, summed), overlaps (how many that sums)
    object    ""              the same over all classes
    bin       0 to 9          objects, right, confidence (ten-thousandths, summed)
    image     ""              images, changed, mistaken; agreement: compared, agreed
    reviewer  an address      images, objects, changed; agreement: compared, agreed
    time      an address      images by a step of STEPS
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from plugin.domain.comparing import WHOLE, Change, compare
from plugin.domain.consensus import Opinion, voices
from plugin.domain.prediction import Prediction, TaskType

Count = tuple[str, str, str]
Counts = Counter[Count]

BINS = 10
"""Of confidence, of one width; 1 is in the highest."""

STEPS = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800)
"""Seconds for an image, up to and including; what takes longer is in a step of its own."""


def tally(
    predicted: Prediction, truth: Prediction, opinions: Sequence[Opinion], task_type: TaskType
) -> Counts:
    """One image in numbers.

    Args:
        predicted: what the model saw.
        truth: what counts, of all that people made of it.
        opinions: every annotation that was finished; of one person the newest is looked at.
        task_type: the model's.

    Raises:
        InvalidInputError: a mask is not one.
    """
    changes = compare(predicted, truth, task_type)
    found: Counts = Counter()
    _add_image(found, changes)
    for change in changes:
        _add_change(found, change)
    people = voices(opinions)
    for each in people:
        _add_reviewer(found, each, compare(predicted, each.truth, task_type))
    for pair in combinations(people, 2):
        _add_pair(found, pair, task_type)
    return found


def _add_image(found: Counts, changes: Iterable[Change]) -> None:
    kinds = {change.kind for change in changes}
    found["image", "", "images"] += 1
    found["image", "", "changed"] += bool(kinds - {"kept"})
    found["image", "", "mistaken"] += bool(kinds - {"kept", "moved"})


def _add_change(found: Counts, change: Change) -> None:
    if change.kind == "relabelled":
        _add_object(found, change.predicted, "relabelled_from")
        _add_object(found, change.true, "relabelled_to")
    else:
        _add_object(found, change.predicted or change.true, change.kind)
    if change.iou is not None:
        _add_object(found, change.true, "iou", change.iou)
        _add_object(found, change.true, "overlaps")
    if change.confidence is not None:
        place = str(min(BINS * change.confidence // WHOLE, BINS - 1))
        found["bin", place, "objects"] += 1
        found["bin", place, "right"] += change.is_right
        found["bin", place, "confidence"] += change.confidence


def _add_object(found: Counts, class_name: str, measure: str, number: int = 1) -> None:
    found["class", class_name, measure] += number
    found["object", "", measure] += number


def _add_reviewer(found: Counts, opinion: Opinion, changes: Sequence[Change]) -> None:
    name = opinion.reviewer
    found["reviewer", name, "images"] += 1
    found["reviewer", name, "objects"] += len(changes)
    found["reviewer", name, "changed"] += sum(change.kind != "kept" for change in changes)
    if opinion.seconds is not None:
        found["time", name, str(bisect_left(STEPS, opinion.seconds))] += 1


def _add_pair(found: Counts, pair: Sequence[Opinion], task_type: TaskType) -> None:
    """How far two people agree: objects that both have, among those that either has."""
    changes = compare(pair[0].truth, pair[1].truth, task_type)
    compared = sum(2 if change.kind == "relabelled" else 1 for change in changes)
    agreed = sum(change.is_right for change in changes)
    if not changes:
        compared = agreed = 1  # both saw nothing: they agree on that
    places = [("image", ""), *(("reviewer", each.reviewer) for each in pair)]
    for group, name in places:
        found[group, name, "compared"] += compared
        found[group, name, "agreed"] += agreed
