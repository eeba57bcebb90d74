"""The plot of a run: latencies, memory, the spool and imports over time, one below the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log10

from benchmarks.soak.results import Point, Soak
from plugin.experiment.sheet import Colours, Sheet, spread

WIDTH = 720
LEFT, RIGHT, TOP = 60, 118, 66
PANEL, GAP = 108, 46
"""Height of a panel, and between two (pixels)."""

FOOT = 40
LINE = 16
STEPS = (1, 2, 5)

_COLOURS = Colours(
    light="""\
.a { --c: #0b7267 } .b { --c: #b0740f } .c { --c: #8a3f86 } .d { --c: #566360 }
.line { stroke-width: 1.75 }
""",
    dashes="""\
.b.line { stroke-dasharray: 7 3 } .c.line { stroke-dasharray: 2 2 }
.d.line { stroke-dasharray: 10 3 2 3 } .line { stroke-width: 1.75 }
""",
    dark="""\
  .a { --c: #4fc7b4 } .b { --c: #dda84f } .c { --c: #d79bd3 } .d { --c: #9aa9a5 }
""",
)
_CLASSES = "abcd"

Series = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class _Panel:
    """One drawing: its heading, its lines by name, and whether it goes by powers of ten."""

    heading: str
    series: Series
    is_log: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that it has room for."""
        values = [value for line in self.series.values() for value in line]
        if self.is_log:
            return 10 ** _power(min(values)), 10 ** (_power(max(values)) + 1)
        return 0.0, _round_up(max(values))

    @property
    def marks(self) -> list[float]:
        """Where a line of the grid is drawn."""
        low, high = self.bounds
        if self.is_log:
            return [10.0**power for power in range(_power(low), _power(high) + 1)]
        return [low, high / 2, high]

    def share(self, value: float) -> float:
        """How high a value stands, from 0 to 1."""
        low, high = self.bounds
        if self.is_log:
            value, low, high = log10(max(value, low)), log10(low), log10(high)
        return (value - low) / (high - low)


def draw(soak: Soak) -> str:
    """The plot as SVG.

    Raises:
        ValueError: there is nothing to draw.
    """
    if not soak.points:
        raise ValueError("a run without points cannot be drawn")
    panels = _panels(soak.points)
    height = TOP + len(panels) * (PANEL + GAP) - GAP + FOOT
    title = f"{soak.minutes:g} minutes at {soak.rate:,.0f} events/s"
    meaning = f"{title}: latencies, memory, waiting frames and imports over time"
    parts = []
    for number, panel in enumerate(panels):
        parts += _drawn(panel, soak.points, TOP + number * (PANEL + GAP))
    parts += _minutes(soak.points[-1].at / 60, height - FOOT + 18)
    return Sheet(WIDTH, height, title, meaning, _COLOURS).draw(LEFT, parts)


def _panels(points: Sequence[Point]) -> list[_Panel]:
    def each(value: Callable[[Point], float]) -> list[float]:
        return [value(point) for point in points]

    ours = ("serve", "worker", "scheduler")
    memory = {name: [point.memory.get(name, 0.0) for point in points] for name in ours}
    return [
        _Panel("latency of answers, ms", {
            "p50": each(lambda point: point.p50), "p95": each(lambda point: point.p95),
            "p99": each(lambda point: point.p99),
        }, is_log=True),
        _Panel("memory, MB", {**memory, "Valkey": each(lambda point: point.valkey)}),
        _Panel("frames that wait for their import",
               {"in the spool": each(lambda point: point.pending)}),
        _Panel("frames/s into Label Studio",
               {"imported": each(lambda point: point.imported_per_s)}),
    ]  # fmt: skip


def _drawn(panel: _Panel, points: Sequence[Point], top: float) -> list[str]:
    bottom, right, until = top + PANEL, WIDTH - RIGHT, points[-1].at
    parts = [f'<text x="{LEFT}" y="{top - 9:.0f}">{panel.heading}</text>']
    for mark in panel.marks:
        y = bottom - panel.share(mark) * PANEL
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(
            f'<text class="soft" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:,g}</text>'
        )
    ends = {}
    for place, (name, line) in zip(_CLASSES, panel.series.items(), strict=False):
        ends[name] = bottom - panel.share(line[-1]) * PANEL + 4
        pairs = " ".join(
            f"{LEFT + point.at / until * (right - LEFT):.1f},"
            f"{bottom - panel.share(value) * PANEL:.1f}"
            for point, value in zip(points, line, strict=True)
        )
        parts.append(f'<polyline class="line {place}" points="{pairs}"/>')
    places = dict(zip(panel.series, _CLASSES, strict=False))
    return parts + [
        f'<text class="name {places[name]}" x="{right + 10}" y="{y:.1f}">{name}</text>'
        for name, y in spread(ends, LINE)
    ]


def _minutes(until: float, y: float) -> list[str]:
    """What stands below: minutes, some four to ten of them."""
    step = next(
        base * 10**power / 10
        for power in range(6)
        for base in STEPS
        if until / (base * 10**power / 10) <= 10
    )
    parts = []
    for number in range(int(until / step + 1e-6) + 1):
        x = LEFT + number * step / until * (WIDTH - RIGHT - LEFT)
        parts.append(
            f'<text class="soft" x="{x:.1f}" y="{y}" text-anchor="middle">{number * step:g}</text>'
        )
    x = WIDTH - RIGHT + 22
    return [*parts, f'<text class="soft" x="{x}" y="{y}">minutes</text>']


def _power(value: float) -> int:
    """The greatest power of ten that is no greater than a value (0.01 at least)."""
    power = -2
    while 10.0 ** (power + 1) <= value:
        power += 1
    return power


def _round_up(value: float) -> float:
    """The next number like 1, 2 or 5 times a power of ten."""
    power = 10.0 ** _power(max(value, 1.0))
    return next(
        (step * power for step in (*STEPS, 10) if step * power >= value), 10 * power
    )  # fmt: skip
