"""The next version, while it is being made from the one before."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.domain.truths import class_names, keypoint_names
from plugin.training_set.examples import Example
from plugin.training_set.grouping import Groups
from plugin.training_set.known import Known
from plugin.training_set.prepared import Prepared, annotations_of
from plugin.training_set.segments import Record, Row
from plugin.training_set.tally import Tally
from plugin.training_set.versions import Problem, Version

Entry = tuple[Record, Row]
"""What is written of an image."""

BOTH_SIDES = "images like it, or of its scene, in one split only: it would be on both sides"


class Draft:
    """Takes in images one by one and counts; what is as it was is left out."""

    def __init__(
        self, parent: Version | None, known: Known, settings: ProjectSettings,
        problems: Iterable[Problem],
    ) -> None:  # fmt: skip
        self.tally = Tally(parent)
        self.batches = Counter(parent.batches if parent else {})
        self.problems = {each.image_id: each for each in problems}
        self._before = dict(self.problems)
        self._classes = dict.fromkeys((*(parent.classes if parent else ()), *settings.classes))
        points = parent.keypoints if parent else ()
        self._keypoints = dict.fromkeys((*points, *settings.keypoints))
        self._named = frozenset(settings.classes)
        self._groups = Groups(known.rows, settings.training_set)
        self._known = known

    @property
    def is_changed(self) -> bool:
        """Whether the next version differs from the one before."""
        return self.tally.changes.total > 0 or self.problems != self._before

    @property
    def classes(self) -> tuple[str, ...]:
        """Those of before in their order, then those of the settings, then what reviews named."""
        return tuple(self._classes)

    @property
    def keypoints(self) -> tuple[str, ...]:
        """As the classes."""
        return tuple(self._keypoints)

    @property
    def widened(self) -> tuple[str, ...]:
        """Classes that only reviews name."""
        return tuple(name for name in self._classes if name not in self._named)

    def name(self, classes: Iterable[str], keypoints: Iterable[str]) -> None:
        """Have names in this order, whether or not an image has them."""
        self._classes |= dict.fromkeys(classes)
        self._keypoints |= dict.fromkeys(keypoints)

    def take(self, new: Prepared, before: Example | None, place: int | None) -> Entry | None:
        """Take in an image; None where nothing is to be written.

        Args:
            new: the image.
            before: its example in the version before.
            place: of its row there, also where it was removed.
        """
        row = self._row(place) if place is not None else self._groups.place(new.traits, new.split)
        if row is None:
            provenance = new.provenance
            return self.set_aside(
                Problem(
                    image_id=new.image_id, field="split", value="train, val and test",
                    expected=BOTH_SIDES, batch=provenance.batch, task_id=provenance.task_id,
                    annotations=new.annotations,
                ),
                before, place,
            )  # fmt: skip
        after = new.example(row)
        self._recount(new.image_id, before, (new.provenance.batch, new.annotations))
        self.problems.pop(new.image_id, None)
        if before and _is_same(before, after):
            return None
        self.name(class_names(after.truth), keypoint_names(after.truth))
        self.tally.replace(before, after)
        return Record(after.image_id, after), row

    def set_aside(
        self, problem: Problem, before: Example | None, place: int | None
    ) -> Entry | None:
        """Note why an image cannot be in the set, and remove it where it was."""
        entry = self.remove(problem.image_id, before, place)
        self._recount(problem.image_id, None, (problem.batch, problem.annotations))
        self.problems[problem.image_id] = problem
        return entry

    def remove(self, image_id: str, before: Example | None, place: int | None) -> Entry | None:
        """Remove an image; None where it was not there."""
        self._recount(image_id, before, None)
        self.problems.pop(image_id, None)
        if before is None or place is None:
            return None
        self.tally.replace(before, None)
        return Record(image_id), self._row(place)

    def _recount(self, image_id: str, before: Example | None, now: tuple[str, int] | None) -> None:
        """Count the finished annotations of an image anew, by batch."""
        if before:
            count = annotations_of(before.provenance, before.opinions)
            self.batches[before.provenance.batch] -= count
        elif was := self.problems.get(image_id):
            self.batches[was.batch] -= was.annotations
        if now:
            self.batches[now[0]] += now[1]

    def _row(self, place: int) -> Row:
        return Row(*self._known.rows[place].item())


def _is_same(before: Example, after: Example) -> bool:
    """Whether nothing changed but the time of its review, or who did it."""
    alike = msgspec.structs.replace(after, provenance=before.provenance, opinions=before.opinions)
    # Its annotations are counted where its task is.
    is_there = after.provenance.batch == before.provenance.batch
    return is_there and alike == before and _said(after) == _said(before)


def _said(example: Example) -> list[tuple[str, bool, Prediction]]:
    return [(each.reviewer, each.ground_truth, each.truth) for each in example.opinions]
