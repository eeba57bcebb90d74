"""Rows of figures, and the table they are shown in."""

import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def one_core(pick: Callable[[set[int]], int] = min) -> Iterator[None]:
    """Keep this process, and those it starts, to one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {pick(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


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
    """Rates of two functions, run in turn so that a slow moment of the machine meets both.

    `before` prepares each of our runs and is not timed. Of all rounds the one with the median ratio
    is returned: the machine's speed may have changed between two rounds, hardly within one.
    """
    pairs = []
    for _ in range(rounds):
        before()
        pairs.append((rate(ours), rate(other)))
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[rounds // 2]


def times(work: Callable[[], object], number: int) -> Callable[[], int]:
    """A function that calls another so many times, for `compare`."""

    def repeated() -> int:
        for _ in range(number):
            work()
        return number

    return repeated


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
