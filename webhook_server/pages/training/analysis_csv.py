"""An analysis as CSV (RFC 4180), for a spreadsheet: shares are 0 to 1, empty where there is none.

Names come from outside, and a spreadsheet takes a cell that begins like a formula for one: such a
name gets an apostrophe before it. https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from plugin.domain.analysis import Bin, ClassRow, Quality, ReviewerRow, Summary
from webhook_server.pages.training.analysis_view import Analysis

KINDS = ("class", "rule", "version", "week", "bin", "reviewer")
"""What there is a table by."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | None
Row = Mapping[str, Cell]


def as_csv(found: Analysis, kind: str) -> str:
    """One of the tables, with a line of headings.

    Args:
        found: the analysis.
        kind: one of KINDS.
    """
    rows = list(_rows(found, kind))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0] if rows else [kind])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    return defused(value) if isinstance(value, str) else str(value)


def _rows(found: Analysis, kind: str) -> Iterable[Row]:
    match kind:
        case "class":
            return map(_class, found.by_class)
        case "bin":
            return map(_bin, found.by_bin)
        case "reviewer":
            return map(_reviewer, found.by_reviewer)
        case "version":
            return (_summary(kind, row.summary) for row in found.by_version)
        case _:
            rows: Sequence[Summary] = found.by_rule if kind == "rule" else found.by_week
            return (_summary(kind, row) for row in rows)


def _class(row: ClassRow) -> Row:
    return {"class": row.name, **_quality(row.quality)}


def _summary(kind: str, row: Summary) -> Row:
    low, high = row.mistaken_interval
    return {
        kind: row.name,
        "images": row.images,
        "images_changed": row.changed,
        "images_with_mistakes": row.mistaken,
        "mistakes_share_low": low,
        "mistakes_share_high": high,
        **_quality(row.quality),
        "agreement": row.agreed / row.compared if row.compared else None,
        "agreement_of": row.compared,
    }


def _quality(quality: Quality) -> Row:
    precision, recall = quality.precision_interval, quality.recall_interval
    return {
        "kept": quality.kept,
        "moved": quality.moved,
        "relabelled_from": quality.relabelled_from,
        "relabelled_to": quality.relabelled_to,
        "added": quality.added,
        "removed": quality.removed,
        "precision": quality.precision,
        "precision_low": precision[0],
        "precision_high": precision[1],
        "recall": quality.recall,
        "recall_low": recall[0],
        "recall_high": recall[1],
        "mean_iou": quality.iou,
    }


def _bin(row: Bin) -> Row:
    return {
        "confidence_from": row.low / 100,
        "confidence_to": row.high / 100,
        "predictions": row.objects,
        "right": row.right,
        "share_right": row.right / row.objects if row.objects else None,
        "mean_confidence": row.confidence,
    }


def _reviewer(row: ReviewerRow) -> Row:
    return {
        "reviewer": row.name,
        "images": row.images,
        "median_seconds": row.seconds,
        "objects": row.objects,
        "changed": row.changed,
        "agreement": row.agreed / row.compared if row.compared else None,
        "agreement_of": row.compared,
    }
