"""What the page of an analysis shows: from the Store alone, by rules, versions and classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain import summing
from plugin.domain.analysis import Bin, Cell, ClassRow, ReviewerRow, Summary
from plugin.domain.intervals import Interval, difference
from webhook_server.pages.training.analysis_charts import BinBar, Curves, bin_bars, curves
from webhook_server.pages.training.analysis_query import Asked, asked, written

SHOWN_CLASSES = 100
"""Classes that the page lists; a file has all of them."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A model version, and how much higher than the one before its shares are, -1 to 1.

    None where there is none before it, or where one of them has nothing to compare.
    """

    summary: Summary
    precision_gain: Interval | None = None
    recall_gain: Interval | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the humans changed, as it was asked for; `notes` say what was asked for in vain.

    `reviewers` is empty for who may not see them. `counted_at` is when the sums were made, None
    where none ever were.
    """

    asked: Asked
    notes: Sequence[str]
    counted_at: datetime | None
    frames: int
    rules: Mapping[str, str]
    versions: Mapping[str, str]
    cells: Sequence[Cell] = field(repr=False)
    with_reviewers: bool

    @property
    def total(self) -> Summary:
        """All of it in one row."""
        return summing.summary(self.cells)

    @property
    def by_rule(self) -> list[Summary]:
        """A row a rule, that which surely finds most mistakes first."""
        return summing.by_rule(self.cells)

    @property
    def by_version(self) -> list[VersionRow]:
        """A row a model version, the newest first, each against the one before."""
        rows = summing.by_version(self.cells)
        compared = [_against(row, before) for row, before in pairwise(rows)]
        return [*compared, *(VersionRow(row) for row in rows[-1:])]

    @property
    def by_class(self) -> list[ClassRow]:
        """A row a class, that with most mistakes first."""
        return summing.by_class(self.cells)

    @property
    def by_bin(self) -> list[Bin]:
        """A row a band of confidence."""
        return summing.by_bin(self.cells)

    @property
    def by_week(self) -> list[Summary]:
        """A row a week, the newest first."""
        return summing.by_week(self.cells)[::-1]

    @property
    def by_reviewer(self) -> list[ReviewerRow]:
        """A row a person, for who may see that."""
        return summing.by_reviewer(self.cells) if self.with_reviewers else []

    @property
    def bars(self) -> list[BinBar]:
        """The bands of confidence as bars."""
        return bin_bars(self.by_bin)

    @property
    def curves(self) -> Curves:
        """The newest model versions over time."""
        return curves(self.cells)


def analysis(
    application: Application, project: str, arguments: Mapping[str, str], *, with_reviewers: bool
) -> Analysis:
    """What was counted of a project, as a query string asks for it.

    Raises:
        NotFoundError: there is no such project.
    """
    application.history.current(project)
    sums = application.comparisons.sums(project)
    cells = sums.cells if sums else ()
    notes: list[str] = []
    wanted = asked(arguments, cells, utc_now().date(), notes)
    return Analysis(
        asked=wanted,
        notes=notes,
        counted_at=sums.updated_at if sums else None,
        frames=sums.frames if sums else 0,
        rules=_names({cell.rule for cell in cells}, "No rule"),
        versions=_names({cell.model_version for cell in cells}, "Not named"),
        cells=[cell for cell in cells if wanted.wanted.has(cell)],
        with_reviewers=with_reviewers,
    )


def _names(names: set[str], unnamed: str) -> dict[str, str]:
    """What can be asked for, by how an address names it."""
    return {written(name): name or unnamed for name in sorted(names)}


def _against(row: Summary, before: Summary) -> VersionRow:
    now, then = row.quality, before.quality
    precision = recall = None
    if now.predicted and then.predicted:
        precision = difference(now.right, now.predicted, then.right, then.predicted)
    if now.true and then.true:
        recall = difference(now.right, now.true, then.right, then.true)
    return VersionRow(row, precision, recall)
