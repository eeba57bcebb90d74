"""Rules that keep exactly as many as planned, by what the server itself decides with."""

import numpy as np
import pytest

from plugin.domain.deciding import Decider
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import ProjectSettings, Rule
from plugin.experiment.camera import predictions_of
from plugin.experiment.choosing import ARMS, MEASURES, Arm, Measure, by_chance, rule_of
from plugin.experiment.errors import ExperimentError

CLASSES = ("bolt", "dent", "scratch")
SEED = 5


def posts(count: int) -> dict[str, Prediction]:
    scores = np.random.default_rng(1).dirichlet([1, 1, 1], count)
    found = predictions_of(scores, CLASSES)
    return {f"r1-{number}": each for number, each in enumerate(found)}


def kept(rule: Rule, posted: dict[str, Prediction]) -> set[str]:
    """What the server would keep."""
    settings = ProjectSettings(
        project="parts", task_type=TaskType.CLASSIFICATION, classes=CLASSES, rules=(rule,),
        seed=SEED,
    )  # fmt: skip
    decider = Decider(settings)
    return {
        event_id
        for event_id, prediction in posted.items()
        if decider.decide(event_id, prediction).refused is None
    }


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("images", [1, 20, 199])
def test_a_rule_keeps_exactly_what_is_planned(arm: Arm, images: int) -> None:
    posted = posts(200)
    assert len(kept(rule_of(arm, posted, images, SEED), posted)) == images


@pytest.mark.parametrize("measure", MEASURES)
def test_an_uncertain_prediction_is_kept_before_a_sure_one(measure: Measure) -> None:
    scores = [[0.9, 0.06, 0.04], [0.4, 0.35, 0.25], [0.98, 0.01, 0.01], [0.45, 0.44, 0.11]]
    found = predictions_of(np.array(scores), CLASSES)
    posted = {f"r1-{number}": each for number, each in enumerate(found)}
    assert kept(rule_of(measure, posted, 2, SEED), posted) == {"r1-1", "r1-3"}


def test_chance_does_not_look_at_the_prediction() -> None:
    posted = posts(200)
    backwards = dict(zip(posted, reversed(posted.values()), strict=True))
    rule = rule_of("random", posted, 20, SEED)
    assert rule.when is None
    assert kept(rule, posted) == kept(rule, backwards)


def test_all_that_is_left_cannot_be_chosen_from() -> None:
    with pytest.raises(ExperimentError, match="3 images are left, more than 3 are needed"):
        by_chance("start", ["a", "b", "c"], 3, SEED)


def test_equals_at_the_bound_are_refused() -> None:
    (same,) = predictions_of(np.array([[0.5, 0.3, 0.2]]), CLASSES)
    with pytest.raises(ExperimentError, match="two are equally unsure"):
        rule_of("margin", {"a": same, "b": same}, 1, SEED)


def test_what_is_posted_has_the_likeliest_class_and_all_scores() -> None:
    (found,) = predictions_of(np.array([[0.1, 0.7, 0.2]]), CLASSES)
    assert [(label.class_name, label.confidence) for label in found.labels] == [("dent", 0.7)]
    assert found.scores == {"bolt": 0.1, "dent": 0.7, "scratch": 0.2}
