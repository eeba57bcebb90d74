"""Learning curves as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from plugin.experiment.choosing import Arm
from plugin.experiment.results import Experiment, Mean
from plugin.experiment.sheet import Colours, Sheet, spread

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 142, 48, 52
LINE = 17
"""Least distance of two names at the ends of their lines, in pixels."""

NAMES: dict[Arm, str] = {
    "random": "random",
    "margin": "margin",
    "least_confidence": "least confidence",
    "entropy": "entropy",
}
"""Arms as people say them."""

_COLOURS = Colours(
    light="""\
.random { --c: #566360 } .margin { --c: #0b7267 }
.least_confidence { --c: #b0740f } .entropy { --c: #8a3f86 }
""",
    dashes="""\
.random.line { stroke-dasharray: 7 4 } .least_confidence.line { stroke-dasharray: 11 3 2 3 }
.entropy.line { stroke-dasharray: 2 3 }
""",
    dark="""\
  .random { --c: #9aa9a5 } .margin { --c: #4fc7b4 }
  .least_confidence { --c: #dda84f } .entropy { --c: #d79bd3 }
""",
)


@dataclass(frozen=True)
class _Scale:
    """From labels and accuracy to pixels; the bounds are of the drawing."""

    labels: tuple[int, int]
    accuracy: tuple[float, float]

    def x(self, labels: float) -> float:
        low, high = self.labels
        return LEFT + (labels - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, accuracy: float) -> float:
        low, high = self.accuracy
        return HEIGHT - BOTTOM - (accuracy - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def draw(experiment: Experiment) -> str:
    """Accuracy over the number of labels, a line an arm, with a band of one standard error."""
    curves = {arm: experiment.curve(arm) for arm in experiment.arms}
    scale = _scale(experiment, list(curves.values()))
    title = f"{experiment.title}: accuracy on images held out"
    right = WIDTH - 16
    sheet = Sheet(WIDTH, HEIGHT, title, f"{title}, by the number of images reviewed", _COLOURS)
    parts = [
        f'<text class="soft" x="{right}" y="28" text-anchor="end">{_meaning(experiment)}</text>',
        *_axes(experiment, scale),
        *(_band(scale, experiment.labels, arm, curve) for arm, curve in curves.items()),
        *(_line(scale, experiment.labels, arm, curve) for arm, curve in curves.items()),
        *_names(scale, curves),
    ]
    return sheet.draw(LEFT, parts)


def _meaning(experiment: Experiment) -> str:
    """What a line and the band around it stand for."""
    return (
        f"mean of {experiment.seeds} seeds ± standard error" if experiment.seeds > 1 else "one seed"
    )


def _scale(experiment: Experiment, curves: Sequence[Sequence[Mean]]) -> _Scale:
    """Bounds at whole tens of per cent around all that is drawn."""
    lows = [point.bounds[0] for curve in curves for point in curve]
    highs = [point.bounds[1] for curve in curves for point in curve]
    low, high = max(0, floor(10 * min(lows))), min(10, ceil(10 * max(highs)))
    labels = experiment.labels
    return _Scale((labels[0], labels[-1]), (low / 10, high / 10))


def _axes(experiment: Experiment, scale: _Scale) -> list[str]:
    low, high = (round(10 * bound) for bound in scale.accuracy)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    drawn = []
    for tenth in range(low, high + 1):
        y = scale.y(tenth / 10)
        drawn.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        drawn.append(
            f'<text class="soft" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{tenth * 10} %</text>"
        )
    drawn += [
        f'<text class="soft" x="{scale.x(labels):.1f}" y="{bottom + 20}"'
        f' text-anchor="middle">{labels}</text>'
        for labels in experiment.labels
    ]
    middle = (LEFT + right) / 2
    drawn.append(
        f'<text class="soft" x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">'
        "images reviewed</text>"
    )
    return drawn


def _line(scale: _Scale, labels: Sequence[int], arm: Arm, curve: Sequence[Mean]) -> str:
    points = _points(scale, labels, [point.value for point in curve])
    return f'<polyline class="line {arm}" points="{points}"/>'


def _band(scale: _Scale, labels: Sequence[int], arm: Arm, curve: Sequence[Mean]) -> str:
    upper = _points(scale, labels, [point.bounds[1] for point in curve])
    back = list(reversed(labels))
    lower = _points(scale, back, [point.bounds[0] for point in reversed(curve)])
    return f'<polygon class="band {arm}" points="{upper} {lower}"/>'


def _points(scale: _Scale, labels: Sequence[int], values: Sequence[float]) -> str:
    pairs = zip(labels, values, strict=True)
    return " ".join(f"{scale.x(count):.1f},{scale.y(value):.1f}" for count, value in pairs)


def _names(scale: _Scale, curves: dict[Arm, list[Mean]]) -> list[str]:
    """Each name beside the end of its line, moved down where two would touch."""
    x = WIDTH - RIGHT + 10
    ends = {arm: scale.y(curve[-1].value) + 4 for arm, curve in curves.items()}
    return [
        f'<text class="name {arm}" x="{x}" y="{y:.1f}">{NAMES[arm]}</text>'
        for arm, y in spread(ends, LINE)
    ]
