"""What an experiment measured, and what may be said of it."""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean, stdev

import msgspec

from plugin.experiment.choosing import Arm

BASE: Arm = "random"
"""What the others are compared with."""

CLEAR = 2.0
"""Standard errors beyond which a difference is called one."""


class Point(msgspec.Struct, frozen=True):
    """One round of one arm with one seed.

    `labels` images were reviewed by then; `accuracy` (0 to 1) is that of the model trained on them;
    `corrected` of this round's images the reviewer found the model wrong on.
    """

    arm: Arm
    seed: int
    round: int
    labels: int
    accuracy: float
    corrected: int


class Machine(msgspec.Struct, frozen=True):
    """What it ran on."""

    cores: int
    system: str
    python: str
    scikit_learn: str
    label_studio: str


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """A data set, a plan, and every point that came out; `seconds` in all."""

    dataset: str
    title: str
    classes: int
    stream: int
    held_out: int
    start: int
    images: int
    rounds: int
    seeds: int
    machine: Machine
    seconds: float
    points: tuple[Point, ...]

    @property
    def labels(self) -> list[int]:
        """How many images were reviewed after each round."""
        return [self.start + number * self.images for number in range(self.rounds + 1)]

    @property
    def arms(self) -> list[Arm]:
        """The arms that were compared, the base first."""
        return list(dict.fromkeys(point.arm for point in self.points))

    def curve(self, arm: Arm) -> "list[Mean]":
        """An arm's accuracy after each round, over the seeds."""
        return [
            mean(self._accuracy(arm, seed, number) for seed in range(self.seeds))
            for number in range(self.rounds + 1)
        ]

    def lead(self, arm: Arm, number: int) -> "Mean":
        """How far an arm is ahead of the base after a round, seed by seed."""
        return mean(self._lead(arm, seed, number) for seed in range(self.seeds))

    def overall(self, arm: Arm) -> "Mean":
        """How far an arm is ahead of the base on the average of all rounds but the start."""
        rounds = range(1, self.rounds + 1)
        return mean(
            fmean(self._lead(arm, seed, number) for number in rounds) for seed in range(self.seeds)
        )

    def labels_to_match(self, arm: Arm) -> int | None:
        """With how many labels an arm is first as good as the base at its end; None: never."""
        goal = self.curve(BASE)[-1].value
        reached = zip(self.labels, self.curve(arm), strict=True)
        return next((labels for labels, found in reached if found.value >= goal), None)

    def mistakes(self, arm: Arm) -> float:
        """Of the images that an arm kept, the share on which the model was wrong (0 to 1)."""
        found = [point.corrected for point in self.points if point.arm == arm and point.round]
        return sum(found) / (len(found) * self.images)

    def _lead(self, arm: Arm, seed: int, number: int) -> float:
        return self._accuracy(arm, seed, number) - self._accuracy(BASE, seed, number)

    def _accuracy(self, arm: Arm, seed: int, number: int) -> float:
        return next(
            point.accuracy
            for point in self.points
            if (point.arm, point.seed, point.round) == (arm, seed, number)
        )


class Mean(msgspec.Struct, frozen=True):
    """A mean with its standard error, None where it is of a single value."""

    value: float
    error: float | None

    @property
    def bounds(self) -> tuple[float, float]:
        """One standard error below and above."""
        return self.value - (self.error or 0), self.value + (self.error or 0)

    @property
    def verdict(self) -> str:
        """Of a difference: what may be said of it."""
        if self.error is None or abs(self.value) <= CLEAR * self.error:
            return "unclear"
        return "ahead" if self.value > 0 else "behind"


def mean(values: Iterable[float]) -> Mean:
    """The mean of some values, and its standard error."""
    found: Sequence[float] = list(values)
    error = stdev(found) / sqrt(len(found)) if len(found) > 1 else None
    return Mean(fmean(found), error)
