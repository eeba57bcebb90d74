"""What came out of a run: the samples, what was proved, and what is written of it."""

import msgspec

from benchmarks.soak.histogram import Histogram, merged

POINTS = 120
"""Samples that are kept of a run, neighbours put together."""


class Sample(msgspec.Struct):
    """The system in some `seconds`, until `at` (seconds since the load began).

    `memory` is resident (MB) and `files` the open ones, of the processes of each family that stay;
    `job` is the largest of the worker's short-lived ones, 0 where none was seen; `cores` how many
    each family used. `keys` counts Redis's by who made them, `valkey` is its memory (MB). `pending`
    frames wait for their import, the `oldest` for so many seconds; `awaiting` wait for their image.
    """

    at: float
    seconds: float
    sent: int
    late: int
    waiting: int
    statuses: dict[str, int]
    all: Histogram
    stored: Histogram
    kept: int
    pending: int
    oldest: float
    awaiting: int
    valkey: float
    keys: dict[str, int]
    memory: dict[str, float] = {}
    files: dict[str, int] = {}
    cores: dict[str, float] = {}
    job: float = 0.0

    @property
    def imported(self) -> int:
        """Frames that are tasks by now."""
        return self.kept - self.pending


class Point(msgspec.Struct):
    """A sample, or several, as it is drawn and written: seconds, milliseconds, MB."""

    at: float
    sent: int
    late: int
    p50: float
    p95: float
    p99: float
    stored_p99: float
    imported_per_s: float
    pending: int
    oldest: float
    valkey: float
    memory: dict[str, float]
    keys: dict[str, int]
    files: dict[str, int]


class Verdict(msgspec.Struct):
    """Something that must hold: what was found, and the bound that it must keep to."""

    what: str
    found: str
    bound: str
    holds: bool


class Capacity(msgspec.Struct):
    """What the whole system can do: events/s that are answered, frames/s that become tasks."""

    events: float
    frames: float


class Soak(msgspec.Struct):
    """A run."""

    day: str
    machine: str
    minutes: float
    capacity: Capacity
    rate: float
    per_minute: int
    verdicts: list[Verdict]
    counts: dict[str, int]
    seconds: dict[str, float]
    points: list[Point]

    @property
    def holds(self) -> bool:
        """Whether all of it holds."""
        return all(verdict.holds for verdict in self.verdicts)


def points(samples: list[Sample], limit: int = POINTS) -> list[Point]:
    """Samples as they are written: at most `limit`, neighbours put together."""
    size = -(-len(samples) // limit) or 1
    found, before = [], 0
    for start in range(0, len(samples), size):
        some = samples[start : start + size]
        found.append(_point(some, before))
        before = some[-1].imported
    return found


def _point(some: list[Sample], before: int) -> Point:
    last, taken = some[-1], merged(each.all for each in some)
    stored = merged(each.stored for each in some)
    seconds = sum(each.seconds for each in some)
    return Point(
        at=round(last.at, 1),
        sent=sum(each.sent for each in some),
        late=sum(each.late for each in some),
        p50=_ms(taken.percentile(0.5)),
        p95=_ms(taken.percentile(0.95)),
        p99=_ms(taken.percentile(0.99)),
        stored_p99=_ms(stored.percentile(0.99)),
        imported_per_s=round((last.imported - before) / seconds, 1) if seconds else 0.0,
        pending=max(each.pending for each in some),
        oldest=round(max(each.oldest for each in some), 1),
        valkey=round(last.valkey, 2),
        memory={name: round(size, 1) for name, size in last.memory.items()},
        keys=last.keys,
        files=last.files,
    )


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)
