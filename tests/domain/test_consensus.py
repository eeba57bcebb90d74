"""Which of several annotations counts."""

from datetime import timedelta

import pytest

from plugin.domain.consensus import Opinion, choose
from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.training_settings import Choice
from plugin.domain.turned import Turned
from tests.samples import NOW

LEFT = (0.0, 0.0, 10.0, 10.0)
MOVED = (1.0, 0.0, 11.0, 10.0)
FAR = (50.0, 50.0, 60.0, 60.0)


def said(by: str, minutes: int, *boxes: Box, truth: bool = False, labels: str = "") -> Opinion:
    named = tuple(Label(name, 1.0) for name in labels.split())
    return Opinion(by, NOW + timedelta(minutes=minutes), Prediction(100, 100, boxes, named), truth)


def dent(xyxy: tuple[float, float, float, float], name: str = "dent", **more: object) -> Box:
    return Box(name, 1.0, xyxy, **more)  # type: ignore[arg-type]


ANN, BEN, CLEO = (
    said("ann", 1, dent(LEFT)), said("ben", 2, dent(MOVED), dent(FAR)), said("cleo", 3, dent(LEFT))
)  # fmt: skip


def leaning(angle: float, left: float = 40.0) -> Box:
    corners = Turned(left, 40, 40, 8, angle).corners
    xs, ys = zip(*corners, strict=True)
    return dent((min(xs), min(ys), max(xs), max(ys)), polygon=corners)


def test_turned_boxes_are_one_object_where_they_overlap_and_not_where_their_frames_do() -> None:
    crossing = leaning(135, 68.3)  # the upright boxes around both are nearly the same
    ben = said("ben", 2, leaning(47))
    verdict = choose([said("ann", 1, leaning(45)), ben, said("cleo", 3, crossing)], "majority")
    assert verdict.truth.boxes == ben.truth.boxes, "the newest of those who agree"


def test_of_a_turned_box_and_an_upright_one_the_newest_stays_as_it_was_drawn() -> None:
    upright = dent((40, 40, 80, 50))
    people = [said("ann", 1, leaning(5)), said("ben", 2, upright)]
    assert choose(people, "majority").truth.boxes == (upright,)


@pytest.mark.parametrize("choice", ["newest", "ground_truth", "majority"])
def test_one_annotation_counts_whatever_the_choice(choice: Choice) -> None:
    verdict = choose([ANN], choice)
    assert (verdict.truth, verdict.opinion) == (ANN.truth, ANN)


def test_the_newest_is_the_one_that_was_finished_last() -> None:
    assert choose([CLEO, ANN, BEN], "newest").opinion == CLEO


def test_a_ground_truth_outweighs_what_is_newer() -> None:
    marked = said("ann", 1, dent(FAR), truth=True)
    assert choose([marked, BEN, CLEO], "ground_truth").opinion == marked
    assert choose([ANN, BEN], "ground_truth").opinion == BEN, "without one the newest"


def test_a_majority_keeps_what_more_than_half_drew_at_its_mean() -> None:
    truth = choose([ANN, BEN, CLEO], "majority").truth
    assert [box.xyxy for box in truth.boxes] == [(0.333, 0.0, 10.333, 10.0)]


def test_of_two_people_both_must_have_drawn_it() -> None:
    assert len(choose([ANN, BEN], "majority").truth.boxes) == 1
    assert choose([ANN, said("ben", 2)], "majority").truth.boxes == ()


def test_another_class_is_another_object() -> None:
    other = said("ben", 2, dent(LEFT, "bolt"))
    assert choose([ANN, other], "majority").truth.boxes == ()


def test_a_person_has_one_voice_the_newest() -> None:
    changed_mind = said("ann", 9)
    truth = choose([ANN, changed_mind, CLEO, said("ben", 2)], "majority").truth
    assert truth.boxes == ()


def test_a_person_who_drew_an_object_twice_has_one_voice() -> None:
    twice = said("ben", 2, dent(LEFT), dent(MOVED))
    opinions = [ANN, twice, said("cleo", 3), said("dan", 4)]
    assert choose(opinions, "majority").truth.boxes == ()


def test_two_objects_side_by_side_stay_two() -> None:
    near = (4.0, 0.0, 14.0, 10.0)
    pair = [dent(LEFT), dent(near)]
    opinions = [said("ann", 1, *pair), said("ben", 2, *reversed(pair)), said("cleo", 3, *pair)]
    truth = choose(opinions, "majority").truth
    assert sorted(box.xyxy for box in truth.boxes) == [LEFT, near]


def test_of_outlines_the_newest_stays_whole() -> None:
    outlines = [dent(LEFT, polygon=((0, 0), (10, 0), (10, 10 - at))) for at in range(3)]
    opinions = [said(name, at, outlines[at]) for at, name in enumerate(("ann", "ben", "cleo"))]
    assert choose(opinions, "majority").truth.boxes == (outlines[2],)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(["dent", "dent", "bolt"], "dent", id="two of three"),
        pytest.param(["dent", "bolt"], "bolt", id="a tie: the newest"),
        pytest.param(["dent", "bolt", "nut"], "nut", id="all differ: the newest"),
        pytest.param(["dent bolt", "dent", "bolt dent"], "bolt dent", id="several labels"),
        pytest.param(["", "", "dent"], "", id="nothing"),
    ],
)
def test_labels_are_voted_on(labels: list[str], expected: str) -> None:
    opinions = [
        said(name, at, labels=each)
        for at, (name, each) in enumerate(zip(("ann", "ben", "cleo"), labels, strict=False))
    ]
    found = choose(opinions, "majority").truth.labels
    assert " ".join(label.class_name for label in found) == expected
