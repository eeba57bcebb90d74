"""Made-up runs."""

from benchmarks.soak.histogram import Histogram
from benchmarks.soak.results import Capacity, Sample, Soak, Verdict, points

FAMILIES = ("serve", "worker", "scheduler", "label studio")


def histogram(*seconds: float) -> Histogram:
    found = Histogram()
    for each in seconds:
        found.add(each)
    return found


def sample(number: int, **changes: object) -> Sample:
    """One of samples that are all alike, five seconds each; `number` begins with 0."""
    fields: dict[str, object] = {
        "at": 5.0 * (number + 1), "seconds": 5.0, "sent": 1000, "late": 1, "waiting": 0,
        "statuses": {"2xx": 990, "4xx": 10}, "all": histogram(0.001, 0.001, 0.010),
        "stored": histogram(0.010, 0.012), "kept": 40 * (number + 1), "pending": 20, "oldest": 1.0,
        "awaiting": 0, "valkey": 5.0, "keys": {"rq": 30, "lsal": 50},
        "memory": dict.fromkeys(FAMILIES, 100.0), "files": dict.fromkeys(FAMILIES, 30),
    }  # fmt: skip
    return Sample(**(fields | changes))  # type: ignore[arg-type]


def soak(*verdicts: Verdict) -> Soak:
    return Soak(
        day="2026-11-25", machine="2 cores", minutes=20, capacity=Capacity(3000, 80), rate=700,
        per_minute=170, verdicts=list(verdicts) or [Verdict("lost", "0", "0", holds=True)],
        counts={
            "events": 840_000, "kept": 33_000, "late": 12, "tasks": 36_000, "batches": 36,
            "versions": 6, "refused": 0, "accepted": 2_000,
        },
        seconds={"queue, longest": 0.25, "building a version, longest": 3.0},
        points=points([sample(number) for number in range(50)], limit=10),
    )  # fmt: skip
