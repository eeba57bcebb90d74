"""The model: small, and honest about what it never saw."""

import numpy as np
import pytest

from plugin.experiment.datasets import digits
from plugin.experiment.model import accuracy, trained, untrained


def test_a_model_that_knows_nothing_finds_all_classes_as_likely() -> None:
    scores = untrained(4)(np.zeros((3, 8, 8), np.uint8))
    assert scores.shape == (3, 4)
    assert set(scores.ravel()) == {0.25}


def test_a_class_that_was_never_seen_has_the_probability_zero() -> None:
    dataset = digits()
    seen = dataset.truth < 8
    model = trained(dataset.images[seen][:200], dataset.truth[seen][:200], 10)
    scores = model(dataset.images[:50])
    assert scores.sum(axis=1) == pytest.approx(1)
    assert not scores[:, 8:].any()


def test_it_learns() -> None:
    dataset = digits()
    model = trained(dataset.images[:500], dataset.truth[:500], 10)
    assert accuracy(model, dataset.images[500:], dataset.truth[500:]) > 0.85
