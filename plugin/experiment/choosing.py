"""Which rule keeps frames in a round: by chance, or by one of the measures of uncertainty.

Every rule is given the bound at which it keeps exactly as many frames of a round as the reviewer
has time for, so that all are compared at the same number of labels. It is found without a label, as
a manager finds it who looks at the preview; the server decides by it, frame by frame.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from plugin.domain.draws import HashedDraw
from plugin.domain.prediction import Prediction
from plugin.domain.settings import Rule, Uncertainty, When
from plugin.domain.uncertainty import aggregated, of_one
from plugin.experiment.errors import ExperimentError

Measure = Literal["margin", "least_confidence", "entropy"]
Arm = Literal["random", "margin", "least_confidence", "entropy"]
"""A way to choose that is compared with the others."""

MEASURES: tuple[Measure, ...] = ("margin", "least_confidence", "entropy")
ARMS: tuple[Arm, ...] = ("random", *MEASURES)


def by_chance(name: str, event_ids: Sequence[str], images: int, seed: int) -> Rule:
    """A rule that keeps `images` of these events at random: a sampling rate and no condition.

    Args:
        name: of the rule; other names draw otherwise.
        event_ids: of all events that will be posted.
        images: how many to keep.
        seed: of the project's settings.

    Raises:
        ExperimentError: there are not enough events.
    """
    draw = HashedDraw(seed).for_purpose(name)
    # Kept is what draws below the rate.
    return Rule(name=name, sampling_rate=-_bound([-draw(each) for each in event_ids], images))


def by_uncertainty(measure: Measure, predictions: Sequence[Prediction], images: int) -> Rule:
    """A rule that keeps the `images` least sure of these predictions.

    Raises:
        ExperimentError: there are not enough, or two are equally unsure just there.
    """
    bound = _bound([_uncertainty(measure, each) for each in predictions], images)
    asked = Uncertainty(measure=measure, above=bound)
    return Rule(name=measure.replace("_", "-"), when=When(uncertainty=asked))


def rule_of(arm: Arm, posts: Mapping[str, Prediction], images: int, seed: int) -> Rule:
    """The rule by which an arm keeps `images` of the events that will be posted, by their ids.

    Raises:
        ExperimentError: there is no bound at which it keeps as many.
    """
    if arm == "random":
        return by_chance(arm, list(posts), images, seed)
    return by_uncertainty(arm, list(posts.values()), images)


def _uncertainty(measure: Measure, prediction: Prediction) -> float:
    """As the rule's condition finds it."""
    values = (of_one(measure, each.confidence, prediction.scores) for each in prediction.labels)
    return aggregated(values, "max") or 0.0


def _bound(values: Sequence[float], count: int) -> float:
    """The value that exactly `count` of the values are above."""
    ordered = sorted(values, reverse=True)
    if len(ordered) <= count:
        raise ExperimentError(f"{len(ordered)} images are left, more than {count} are needed")
    if ordered[count - 1] == ordered[count]:
        raise ExperimentError(f"no bound keeps exactly {count} images: two are equally unsure")
    return ordered[count]
