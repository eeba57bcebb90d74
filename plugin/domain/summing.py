"""Sums over reviewed images: by class, rule, model version, week, confidence and reviewer."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from plugin.domain.analysis import Bin, Cell, ClassRow, Quality, ReviewerRow, Summary
from plugin.domain.tallying import BINS, STEPS, Counts

Key = tuple[str, str, date]


def nested(counts: Counts) -> dict[str, dict[str, dict[str, int]]]:
    """Counts as a cell has them; what is 0 is left out."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for group, name, measure in sorted(counts):
        if number := counts[group, name, measure]:
            found.setdefault(group, {}).setdefault(name, {})[measure] = number
    return found


def applied(
    cells: Iterable[Cell], taken: Iterable[Cell], added: Iterable[Cell]
) -> tuple[Cell, ...]:
    """Cells without what some frames added before, and with what some add now; by their keys."""
    found = {_key(cell): cell for cell in cells}
    changed: dict[Key, Counts] = {}
    for sign, each in ((-1, taken), (1, added)):
        for cell in each:
            key = _key(cell)
            if key not in changed:
                changed[key] = Counter()
                if key in found:
                    _add_cell(changed[key], found[key], 1)
            _add_cell(changed[key], cell, sign)
    for key, counts in changed.items():
        found[key] = Cell(*key, nested(counts))
    return tuple(found[key] for key in sorted(found) if found[key].counts)


def summary(cells: Iterable[Cell], name: str = "") -> Summary:
    """Images and objects of cells in one row."""
    known = list(cells)
    image, objects = (_named(known, group).get("", {}) for group in ("image", "object"))
    return Summary(
        name, image.get("images", 0), image.get("changed", 0), image.get("mistaken", 0),
        _quality(objects), image.get("compared", 0), image.get("agreed", 0),
    )  # fmt: skip


def by(cells: Iterable[Cell], key: Callable[[Cell], str]) -> list[Summary]:
    """A row for each value of a key, by name."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return [summary(groups[name], name) for name in sorted(groups)]


def by_rule(cells: Iterable[Cell]) -> list[Summary]:
    """A row a rule: that which surely finds most mistakes first."""
    rows = by(cells, lambda cell: cell.rule)
    return sorted(rows, key=lambda row: row.mistaken_interval[0], reverse=True)


def by_version(cells: Iterable[Cell]) -> list[Summary]:
    """A row a model version, that first which came last."""
    known = list(cells)
    begun: dict[str, date] = {}
    for cell in known:
        begun[cell.model_version] = min(cell.week, begun.get(cell.model_version, cell.week))
    rows = by(known, lambda cell: cell.model_version)
    return sorted(rows, key=lambda row: (begun[row.name], _natural(row.name)), reverse=True)


def by_week(cells: Iterable[Cell]) -> list[Summary]:
    """A row a week in which anything came in, the oldest first."""
    return by(cells, lambda cell: cell.week.isoformat())


def by_class(cells: Iterable[Cell]) -> list[ClassRow]:
    """A row a class, that with most mistakes first."""
    rows = [ClassRow(name, _quality(each)) for name, each in _named(cells, "class").items()]
    return sorted(rows, key=lambda row: (row.quality.right - _seen(row.quality), row.name))


def by_bin(cells: Iterable[Cell]) -> list[Bin]:
    """Every band of confidence, the lowest first."""
    found = _named(cells, "bin")
    width = 100 // BINS
    return [
        Bin(place * width, (place + 1) * width, *_of_bin(found.get(str(place), {})))
        for place in range(BINS)
    ]


def by_reviewer(cells: Iterable[Cell]) -> list[ReviewerRow]:
    """A row a person, who reviewed most first."""
    known = list(cells)
    times = _named(known, "time")
    rows = [
        ReviewerRow(
            name=name,
            images=each.get("images", 0),
            objects=each.get("objects", 0),
            changed=each.get("changed", 0),
            compared=each.get("compared", 0),
            agreed=each.get("agreed", 0),
            seconds=_median(times.get(name, {})),
        )
        for name, each in _named(known, "reviewer").items()
    ]
    return sorted(rows, key=lambda row: (-row.images, row.name))


def _natural(name: str) -> list[str]:
    """What sorts v10 behind v9."""
    return [part.zfill(12) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _key(cell: Cell) -> Key:
    return cell.rule, cell.model_version, cell.week


def _add_cell(found: Counts, cell: Cell, sign: int) -> None:
    for group, names in cell.counts.items():
        for name, measures in names.items():
            for measure, number in measures.items():
                found[group, name, measure] += sign * number


def _named(cells: Iterable[Cell], group: str) -> dict[str, dict[str, int]]:
    """The measures of one group, summed, by name."""
    found: dict[str, dict[str, int]] = {}
    for cell in cells:
        for name, measures in cell.counts.get(group, {}).items():
            sums = found.setdefault(name, {})
            for measure, number in measures.items():
                sums[measure] = sums.get(measure, 0) + number
    return found


def _quality(found: Mapping[str, int]) -> Quality:
    overlaps, iou = found.get("overlaps", 0), found.get("iou", 0)
    counted = {each: found.get(each, 0) for each in Quality.__struct_fields__ if each != "iou"}
    return Quality(**counted, iou=iou / overlaps / 10_000 if overlaps else None)


def _seen(quality: Quality) -> int:
    return quality.predicted + quality.relabelled_to + quality.added


def _of_bin(found: Mapping[str, int]) -> tuple[int, int, float | None]:
    objects = found.get("objects", 0)
    mean = found.get("confidence", 0) / objects / 10_000 if objects else None
    return objects, found.get("right", 0), mean


def _median(steps: Mapping[str, int]) -> float | None:
    """About the median of what was counted in steps: evenly spread within its step."""
    left = sum(steps.values()) / 2
    if not left:
        return None
    for place, end in enumerate(STEPS):
        inside = steps.get(str(place), 0)
        if inside >= left:
            begin = STEPS[place - 1] if place else 0
            return begin + (end - begin) * left / inside
        left -= inside
    return float(STEPS[-1])
