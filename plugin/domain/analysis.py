"""What the humans changed, in rows of tables; `summing` makes them."""

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from plugin.domain.intervals import Interval, wilson


class Cell(msgspec.Struct, frozen=True):
    """The sums over the images of one rule, one model version and one week.

    `week` is the Monday of the week (UTC) in which the frames came in; `counts` by group, name and
    measure, as `tallying` has them.
    """

    rule: str
    model_version: str
    week: date
    counts: dict[str, dict[str, dict[str, int]]]


class Wanted(NamedTuple):
    """Which cells to sum: all where None. `since` is the first day of the weeks that count."""

    rule: str | None = None
    model_version: str | None = None
    since: date | None = None

    def has(self, cell: Cell) -> bool:
        """Whether a cell is one of them."""
        return (
            self.rule in {None, cell.rule}
            and self.model_version in {None, cell.model_version}
            and (self.since is None or cell.week > self.since - timedelta(days=7))
        )


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How right a model was, in objects or labels.

    `relabelled_from` had this class and were given another, `relabelled_to` the other way round;
    over all classes both are the same. `iou` is the mean of matched boxes, None without any.
    """

    kept: int = 0
    moved: int = 0
    relabelled_from: int = 0
    relabelled_to: int = 0
    added: int = 0
    removed: int = 0
    iou: float | None = None

    @property
    def right(self) -> int:
        """Predicted, and there: the class, and the place to within IoU 0.5."""
        return self.kept + self.moved

    @property
    def predicted(self) -> int:
        """How many the model saw."""
        return self.right + self.relabelled_from + self.removed

    @property
    def true(self) -> int:
        """How many there are."""
        return self.right + self.relabelled_to + self.added

    @property
    def precision(self) -> float | None:
        """Share of what the model saw that is there; None where it saw nothing."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that the model saw; None where nothing is there."""
        return self.right / self.true if self.true else None

    @property
    def precision_interval(self) -> Interval:
        """Where the precision is, 95 %."""
        return wilson(self.right, self.predicted)

    @property
    def recall_interval(self) -> Interval:
        """Where the recall is, 95 %."""
        return wilson(self.right, self.true)


class Summary(NamedTuple):
    """Images and what was changed in them.

    `changed` are the images in which anything was, `mistaken` those in which an object was
    relabelled, added or removed. Of what several people reviewed, `agreed` among `compared`
    objects are alike.
    """

    name: str
    images: int
    changed: int
    mistaken: int
    quality: Quality
    compared: int
    agreed: int

    @property
    def mistaken_interval(self) -> Interval:
        """Where the share of images with a mistake is, 95 %."""
        return wilson(self.mistaken, self.images)


class ClassRow(NamedTuple):
    """One class."""

    name: str
    quality: Quality


class Bin(NamedTuple):
    """Predictions of one band of confidence, `low` to `high` in per cent."""

    low: int
    high: int
    objects: int
    right: int
    confidence: float | None
    """Their mean, 0 to 1; None where there are none."""


class ReviewerRow(NamedTuple):
    """One person's work.

    `seconds` is about the median for an image, None where no time is known. Of `objects` they
    changed `changed`; `agreed` among `compared` objects are alike with what others drew.
    """

    name: str
    images: int
    objects: int
    changed: int
    compared: int
    agreed: int
    seconds: float | None
