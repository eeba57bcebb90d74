"""The loop closed, small: real digits through the real installation, and what comes back."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pytest

from plugin.demo.installation import Installation
from plugin.demo.reviewers import sign_up
from plugin.experiment.choosing import Arm
from plugin.experiment.datasets import Dataset, digits
from plugin.experiment.loop import Loop
from plugin.experiment.results import Point
from plugin.experiment.reviewer import Oracle
from plugin.experiment.run import Plan
from plugin.labelstudio.gateway import LabelStudioGateway

PLAN = Plan(start=10, images=10, rounds=2)
ARMS: tuple[Arm, ...] = ("random", "margin")
PREFIX = "experiment"
ORACLE = "oracle@example.com"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return digits()


@pytest.fixture(scope="module")
def points(installation: Installation, dataset: Dataset) -> Iterator[list[Point]]:
    admin = installation.application.label_studio
    token = sign_up(admin, ORACLE, "a-made-up-password")
    mine = LabelStudioGateway(admin.base_url, token)
    loop = Loop(installation, Oracle(ORACLE, mine), dataset, PLAN, PREFIX)
    yield list(loop.play(ARMS, seed=0))
    mine.close()


def test_every_way_to_choose_has_the_same_number_of_labels_in_every_round(
    points: list[Point],
) -> None:
    seen = {arm: [p.labels for p in points if p.arm == arm] for arm in ARMS}
    assert seen == {arm: [10, 20, 30] for arm in ARMS}


def test_all_begin_with_the_same_images(installation: Installation, points: list[Point]) -> None:
    start = [point for point in points if point.round == 0]
    assert len({point.accuracy for point in start}) == 1
    first, second = (kept_in(installation, arm, "r0") for arm in ARMS)
    assert first == second
    assert len(first) == PLAN.start


def test_each_rule_chooses_images_of_its_own(
    installation: Installation, points: list[Point]
) -> None:
    first, second = (kept_in(installation, arm, "r1") for arm in ARMS)
    assert len(first) == len(second) == PLAN.images
    assert first != second


def test_models_learn(points: list[Point]) -> None:
    """The same on every machine: digits, draws and solver have no chance in them."""
    for _, rounds in groupby(sorted(points, key=lambda p: (p.arm, p.round)), lambda p: p.arm):
        start, *_, end = (point.accuracy for point in rounds)
        assert 0.2 < start < end


def test_pixels_and_classes_come_back_as_they_were(
    installation: Installation, dataset: Dataset, points: list[Point]
) -> None:
    app, project = installation.application, f"{PREFIX}-margin-0"
    version = app.training_sets.newest(project)
    assert version is not None
    places = {
        frame: int(event.rpartition("-")[2]) for frame, event in events(installation, "margin")
    }
    compared = 0
    for example in app.training_sets.examples(project, version.version):
        place = places[example.provenance.frame_id]
        back = dataset.pixels(app.training_sets.image(project, example))
        assert np.array_equal(back, dataset.images[place])
        (label,) = example.truth.labels
        assert label.class_name == dataset.classes[dataset.truth[place]]
        assert example.provenance.reviewer == ORACLE
        compared += 1
    assert compared == PLAN.labels(PLAN.rounds)


def test_the_next_round_s_posts_name_the_training_set(
    installation: Installation, points: list[Point]
) -> None:
    app, project = installation.application, f"{PREFIX}-margin-0"
    said = {
        (imported.frame.event_id[:2], imported.frame.prediction.model_version)
        for imported in app.spool.imported(project)
    }
    assert said == {("r0", "untrained"), ("r1", "training-set-1"), ("r2", "training-set-2")}


def events(installation: Installation, arm: Arm) -> list[tuple[str, str]]:
    """Frame and event of everything that was kept for an arm."""
    spool = installation.application.spool
    found = spool.imported(f"{PREFIX}-{arm}-0")
    return [(each.frame.frame_id, each.frame.event_id) for each in found]


def kept_in(installation: Installation, arm: Arm, begin: str) -> set[str]:
    """Events of a round that were kept for an arm."""
    return {event for _, event in events(installation, arm) if event.startswith(f"{begin}-")}
