"""The model that learns: logistic regression, small enough to be trained anew in every round."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from plugin.experiment.datasets import Pixels, Places

MAX_STEPS = 2000
"""Steps of the solver (L-BFGS); it needs a few hundred."""

Scores = NDArray[np.float64]
"""A probability for every class: n x classes."""

Model = Callable[[Pixels], Scores]


def untrained(classes: int) -> Model:
    """A model that knows nothing: every class is as likely as the other."""
    return lambda images: np.full((len(images), classes), 1 / classes)


def trained(images: Pixels, truth: Places, classes: int) -> Model:
    """A model of images and their classes; a class that it never saw has the probability 0.

    Args:
        images: n x side x side.
        truth: n indices of classes, two different ones at least.
        classes: how many there are.
    """
    regression = LogisticRegression(max_iter=MAX_STEPS).fit(_features(images), truth)

    def scores_of(others: Pixels) -> Scores:
        scores = np.zeros((len(others), classes))
        scores[:, regression.classes_] = regression.predict_proba(_features(others))
        return scores

    return scores_of


def accuracy(model: Model, images: Pixels, truth: Places) -> float:
    """The share of images (0 to 1) whose likeliest class is the true one."""
    return float(np.mean(model(images).argmax(axis=1) == truth))


def _features(images: Pixels) -> NDArray[np.float64]:
    return images.reshape(len(images), -1) / 255
