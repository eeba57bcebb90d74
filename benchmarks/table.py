"""Rows of figures, and the table they are shown in."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `ours` and `other` are rates in `unit`; more is better."""

    what: str
    ours: float
    other_name: str
    other: float
    unit: str
    goal: str

    @property
    def ratio(self) -> float:
        """How many times the other's rate ours is."""
        return self.ours / self.other


def rate(work: Callable[[], int]) -> float:
    """How much of its work a function does per second; it returns how much it did."""
    begun = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - begun)


def compare(
    ours: Callable[[], int],
    other: Callable[[], int],
    before: Callable[[], None] = lambda: None,
    rounds: int = 3,
) -> tuple[float, float]:
    """Median rates of two functions run in turn, so that a slow moment meets both.

    `before` prepares each of our runs and is not timed.
    """
    mine, others = [], []
    for _ in range(rounds):
        before()
        mine.append(rate(ours))
        others.append(rate(other))
    return statistics.median(mine), statistics.median(others)


def machine() -> str:
    """The machine in a line."""
    cores, python = os.cpu_count(), platform.python_version()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {python}"


def show(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table, with the machine they were measured on."""
    lines = [
        f"Measured on {machine()}. Trust the ratios; absolute figures swing by half.",
        "",
        "| what | ours | against | ratio | goal |",
        "| --- | ---: | --- | ---: | --- |",
    ]
    for row in rows:
        other = f"{row.other_name}: {_number(row.other)} {row.unit}"
        ours = f"{_number(row.ours)} {row.unit}"
        lines.append(f"| {row.what} | {ours} | {other} | **{row.ratio:.2g} ×** | {row.goal} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
