"""The report: `experiment.md`, with a curve and the points of every data set beside it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from plugin.experiment import chart
from plugin.experiment.chart import NAMES
from plugin.experiment.choosing import Arm
from plugin.experiment.results import BASE, Experiment, Mean

PAGE = "experiment.md"
FOLDER = "experiment"

INTRODUCTION = Path(__file__).with_name("introduction.md")
"""What the report says before any figure."""


def write(folder: Path, experiment: Experiment) -> Path:
    """Add an experiment to a report, in place of an earlier one of the same data set.

    Returns:
        The report.
    """
    beside = folder / FOLDER
    beside.mkdir(parents=True, exist_ok=True)
    (beside / f"{experiment.dataset}.svg").write_text(chart.draw(experiment))
    (beside / f"{experiment.dataset}.json").write_bytes(msgspec.json.encode(experiment) + b"\n")
    found = [
        msgspec.json.decode(file.read_bytes(), type=Experiment)
        for file in sorted(beside.glob("*.json"))
    ]
    page = folder / PAGE
    page.write_text("\n".join([INTRODUCTION.read_text(), *map(section, found)]))
    return page


def section(experiment: Experiment) -> str:
    """What is said of one data set, as Markdown."""
    return "\n".join(
        [
            f"## {experiment.title}\n",
            _setting(experiment),
            f"\n![accuracy by images reviewed]({FOLDER}/{experiment.dataset}.svg)\n",
            *_accuracies(experiment),
            "",
            *_summary(experiment),
            "",
            *(f"- {sentence}" for sentence in _sentences(experiment)),
            f"\n{_machine(experiment)}\n",
        ]
    )


def _setting(experiment: Experiment) -> str:
    ways = len(experiment.arms)
    total = experiment.labels[-1] * ways * experiment.seeds
    return (
        f"{experiment.classes} classes, {experiment.stream:,} images to choose from and"
        f" {experiment.held_out:,} to test on. {experiment.start} images at the start,"
        f" {experiment.images} more in each of {experiment.rounds} rounds; {ways} ways to choose,"
        f" {experiment.seeds} seed{'s' * (experiment.seeds > 1)}: {total:,} images reviewed in"
        " Label Studio."
    )


def _accuracies(experiment: Experiment) -> Iterator[str]:
    yield "Accuracy in per cent:\n"
    yield _row("images reviewed", *(NAMES[arm] for arm in experiment.arms))
    yield _row(*["---:"] * (len(experiment.arms) + 1))
    columns = [[_percent(point) for point in experiment.curve(arm)] for arm in experiment.arms]
    for labels, *cells in zip(experiment.labels, *columns, strict=True):
        yield _row(str(labels), *cells)


def _summary(experiment: Experiment) -> Iterator[str]:
    yield _row(
        "against random", "points, average of all rounds", "points, at the end",
        "images to match random's end", "model was wrong on",
    )  # fmt: skip
    yield _row("---", *["---:"] * 4)
    for arm in experiment.arms:
        labels = experiment.labels_to_match(arm)
        yield _row(
            NAMES[arm],
            *(_difference(arm, each) for each in (
                experiment.overall(arm), experiment.lead(arm, experiment.rounds)
            )),
            "never" if labels is None else str(labels),
            f"{100 * experiment.mistakes(arm):.0f} % of the images kept",
        )  # fmt: skip


def _sentences(experiment: Experiment) -> Iterator[str]:
    """Where an arm trails, said first; then where it leads."""
    if experiment.seeds == 1:
        yield "With one seed, nothing can be said of the differences."
        return
    for arm in experiment.arms:
        if arm != BASE:
            yield f"**{NAMES[arm]}** {_trails(experiment, arm)}; {_gains(experiment, arm)}."


def _trails(experiment: Experiment, arm: Arm) -> str:
    below = [each for each in _leads(experiment, arm) if each[1].value < 0]
    if not below:
        return "is nowhere below random"
    worst, labels = min((lead.value, labels) for labels, lead in below)
    said = f"at worst {100 * worst:+.1f} points, with {labels}"
    return f"is below random {_at(experiment, below, 'behind')} ({said})"


def _gains(experiment: Experiment, arm: Arm) -> str:
    above = [each for each in _leads(experiment, arm) if each[1].value > 0]
    if not above:
        return "it is nowhere above"
    best, labels = max((lead.value, labels) for labels, lead in above)
    said = f"at best {100 * best:+.1f} points, with {labels}"
    return f"it is above {_at(experiment, above, 'ahead')} ({said})"


def _leads(experiment: Experiment, arm: Arm) -> list[tuple[int, Mean]]:
    """How far an arm is ahead, by the number of labels; at the start all are one."""
    return [
        (labels, experiment.lead(arm, number))
        for number, labels in enumerate(experiment.labels)
        if number
    ]


def _at(experiment: Experiment, rounds: Sequence[tuple[int, Mean]], verdict: str) -> str:
    """With how many labels that is, and with how many of them clearly."""
    clear = [labels for labels, lead in rounds if lead.verdict == verdict]
    whole = _ranges(experiment, [labels for labels, _ in rounds])
    said = f"clearly with {_ranges(experiment, clear)}" if clear else "nowhere clearly"
    return f"with {whole} images, {said}"


def _ranges(experiment: Experiment, found: Sequence[int]) -> str:
    """Numbers of labels, those of rounds in a row together."""
    rows: list[list[int]] = []
    for labels in found:
        if rows and labels - rows[-1][-1] == experiment.images:
            rows[-1].append(labels)
        else:
            rows.append([labels])
    said = [f"{row[0]} to {row[-1]}" if len(row) > 1 else str(row[0]) for row in rows]
    return ", ".join(said)


def _machine(experiment: Experiment) -> str:
    on = experiment.machine
    return (
        f"Run on {on.cores} cores, {on.system}, Python {on.python}, scikit-learn"
        f" {on.scikit_learn}, Label Studio {on.label_studio}, in"
        f" {experiment.seconds / 60:.0f} minutes."
    )


def _percent(found: Mean) -> str:
    return f"{100 * found.value:.1f}{_error(found)}"


def _difference(arm: Arm, found: Mean) -> str:
    if arm == BASE:
        return "–"
    return f"{100 * found.value:+.1f}{_error(found)}, {found.verdict}"


def _error(found: Mean) -> str:
    return "" if found.error is None else f" ± {100 * found.error:.1f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
