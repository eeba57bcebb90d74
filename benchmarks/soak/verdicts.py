"""Whether memory is flat and latencies are steady: the last fifth of a run against its second.

The first fifth is left out: caches fill, and what is loaded on first use is loaded.
"""

from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.soak.histogram import Histogram, merged
from benchmarks.soak.results import Sample, Verdict

FIFTHS = 5

MEMORY_SHARE, MEMORY_MB = 1.05, 4.0
"""Memory may be 5 % and 4 MB more."""

LATENCY_SHARE, LATENCY_MS = 1.5, 5.0
"""A p99 may be half as long again, and 5 ms."""

PAGE_MS = 50.0
"""Pages may take half as long again, and 50 ms."""

FILES = 8
"""So many open files may be more: connections that happen to be open."""

RQ_KEYS = 30
"""So many keys of RQ may be more: jobs that happen to be there."""

DEPTH_SHARE, DEPTH_FRAMES = 1.5, 100
"""The spool may be half as deep again, and 100 frames."""

PER_KEPT = 400.0
"""Bytes that Redis may take for each frame that is kept: events are remembered for seven days."""

FLAT = ("serve", "worker", "scheduler")
"""Families of processes that are ours."""


class Fifths(NamedTuple):
    """The samples that are compared."""

    second: Sequence[Sample]
    last: Sequence[Sample]


def fifths(samples: Sequence[Sample]) -> Fifths:
    """The second and the last fifth of a run, by time; neither is empty where there are five."""
    until = samples[-1].at
    parts: list[list[Sample]] = [[] for _ in range(FIFTHS)]
    for each in samples:
        middle = each.at - each.seconds / 2
        parts[min(FIFTHS - 1, int(FIFTHS * middle / until))].append(each)
    return Fifths(parts[1], parts[-1])


def steadiness(samples: Sequence[Sample]) -> list[Verdict]:
    """All that must not grow.

    Raises:
        ValueError: there are too few samples for five fifths.
    """
    compared = fifths(samples)
    if not compared.second or not compared.last:
        raise ValueError(f"{len(samples)} samples are too few for five fifths")
    return [
        *(_flat(compared, family) for family in FLAT),
        _redis(compared),
        _latency(compared, "all answers", 0.99, lambda sample: sample.all),
        _latency(compared, "answers to kept frames", 0.99, lambda sample: sample.stored),
        _depth(compared),
        *(_files(compared, family) for family in FLAT),
        _keys(compared),
    ]


def pages_steady(opened: Sequence[tuple[float, float]], until: float) -> Verdict:
    """Whether pages take as long at the end as they did before.

    Args:
        opened: when (seconds since the load began), and the seconds that it took.
        until: when the load was over.
    """
    parts: list[list[float]] = [[] for _ in range(FIFTHS)]
    for at, seconds in opened:
        if 0 <= at < until:
            parts[int(FIFTHS * at / until)].append(1000 * seconds)
    before, after = (median(part) if part else 0.0 for part in (parts[1], parts[-1]))
    return Verdict(
        "a manager's pages, median",
        f"{before:.0f} → {after:.0f} ms",
        f"≤ {LATENCY_SHARE} × + {PAGE_MS:.0f} ms",
        bool(parts[-1]) and after <= LATENCY_SHARE * before + PAGE_MS,
    )


def _medians(compared: Fifths, value: Callable[[Sample], float]) -> tuple[float, float]:
    return median(map(value, compared.second)), median(map(value, compared.last))


def _flat(compared: Fifths, family: str) -> Verdict:
    before, after = _medians(compared, lambda sample: sample.memory[family])
    return Verdict(
        f"memory of {family}",
        f"{before:.1f} → {after:.1f} MB",
        f"≤ {MEMORY_SHARE} × + {MEMORY_MB:.0f} MB",
        after <= MEMORY_SHARE * before + MEMORY_MB,
    )


def _redis(compared: Fifths) -> Verdict:
    """It grows with what is kept, by design: so it is held against that."""
    before, after = _medians(compared, lambda sample: sample.valkey)
    kept_before, kept_after = _medians(compared, lambda sample: sample.kept)
    each = 1e6 * (after - before) / max(1.0, kept_after - kept_before)
    return Verdict(
        "memory of Valkey",
        f"{before:.1f} → {after:.1f} MB, {each:.0f} bytes a kept frame",
        f"≤ {PER_KEPT:.0f} bytes a kept frame + {MEMORY_MB:.0f} MB",
        after - before <= PER_KEPT * (kept_after - kept_before) / 1e6 + MEMORY_MB,
    )


def _latency(
    compared: Fifths, what: str, share: float, of: Callable[[Sample], Histogram]
) -> Verdict:
    before, after = (
        1000 * merged(map(of, part)).percentile(share) for part in (compared.second, compared.last)
    )
    return Verdict(
        f"p{100 * share:.0f} of {what}",
        f"{before:.1f} → {after:.1f} ms",
        f"≤ {LATENCY_SHARE} × + {LATENCY_MS:.0f} ms",
        after <= LATENCY_SHARE * before + LATENCY_MS,
    )


def _depth(compared: Fifths) -> Verdict:
    before, after = _medians(compared, lambda sample: sample.pending)
    return Verdict(
        "frames in the spool",
        f"{before:.0f} → {after:.0f}",
        f"≤ {DEPTH_SHARE} × + {DEPTH_FRAMES}",
        after <= DEPTH_SHARE * before + DEPTH_FRAMES,
    )


def _files(compared: Fifths, family: str) -> Verdict:
    before, after = _medians(compared, lambda sample: sample.files[family])
    return Verdict(
        f"open files of {family}", f"{before:.0f} → {after:.0f}", f"≤ + {FILES}",
        after <= before + FILES,
    )  # fmt: skip


def _keys(compared: Fifths) -> Verdict:
    before, after = _medians(compared, lambda sample: sample.keys.get("rq", 0))
    return Verdict(
        "RQ's keys in Redis", f"{before:.0f} → {after:.0f}", f"≤ + {RQ_KEYS}",
        after <= before + RQ_KEYS,
    )  # fmt: skip
