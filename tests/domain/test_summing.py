"""Sums over reviewed images: what is counted, and that nothing is lost when reviews change."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain import summing
from plugin.domain.analysis import Cell, Wanted
from plugin.domain.consensus import Opinion
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.domain.tallying import tally

MONDAY = date(2026, 11, 23)
HERE = (100.0, 100.0, 200.0, 200.0)
THERE = (300.0, 300.0, 400.0, 400.0)


def seen(*boxes: Box) -> Prediction:
    return Prediction(640, 480, boxes)


def opinion(truth: Prediction, reviewer: str = "ann@example.com", seconds: float = 8.0) -> Opinion:
    return Opinion(reviewer, datetime(2026, 11, 24, tzinfo=UTC), truth, seconds=seconds)


def cell(
    predicted: Prediction, *opinions: Opinion,
    rule: str = "unsure", version: str = "v1", week: date = MONDAY,
) -> Cell:  # fmt: skip
    counts = tally(predicted, opinions[0].truth, opinions, TaskType.OBJECT_DETECTION)
    return Cell(rule, version, week, summing.nested(counts))


def test_an_image_in_numbers() -> None:
    dent, bolt = Box("dent", 0.95, HERE), Box("bolt", 0.42, THERE)
    truth = seen(Box("dent", 1, HERE), Box("scratch", 1, THERE), Box("dent", 1, (0, 0, 9, 9)))
    row = summing.summary([cell(seen(dent, bolt), opinion(truth))])
    assert (row.images, row.changed, row.mistaken) == (1, 1, 1)
    quality = row.quality
    assert (quality.kept, quality.moved, quality.added, quality.removed) == (1, 0, 1, 0)
    assert quality.relabelled_from == quality.relabelled_to == 1
    assert (quality.precision, quality.recall, quality.iou) == (1 / 2, 1 / 3, 1)


def test_a_box_that_was_only_moved_is_no_mistake() -> None:
    moved = opinion(seen(Box("dent", 1, (100, 100, 200, 160))))
    row = summing.summary([cell(seen(Box("dent", 0.9, HERE)), moved)])
    assert (row.images, row.changed, row.mistaken) == (1, 1, 0)
    assert (row.quality.precision, row.quality.iou) == (1, 0.6)


def test_classes_have_their_own_share_of_a_relabelled_box() -> None:
    found = cell(seen(Box("dent", 0.9, HERE)), opinion(seen(Box("bolt", 1, HERE))))
    rows = {row.name: row.quality for row in summing.by_class([found])}
    assert (rows["dent"].precision, rows["dent"].recall) == (0, None)
    assert (rows["bolt"].precision, rows["bolt"].recall) == (None, 0)


def test_bands_of_confidence_hold_what_was_right() -> None:
    predicted = seen(
        Box("dent", 1.0, HERE), Box("dent", 0.9, THERE), Box("dent", 0.31, (0, 0, 9, 9))
    )
    truth = seen(Box("dent", 1, HERE), Box("bolt", 1, THERE))
    bins = summing.by_bin([cell(predicted, opinion(truth))])
    assert [each.objects for each in bins] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 2]
    assert (bins[9].right, bins[9].confidence, bins[9].low) == (1, 0.95, 90)
    assert (bins[3].right, bins[3].confidence) == (0, 0.31)


def test_reviewers_agree_on_what_both_drew() -> None:
    both, one = Box("dent", 1, HERE), Box("dent", 1, THERE)
    ann, ben = opinion(seen(both, one)), opinion(seen(both), "ben@example.com", seconds=70)
    found = cell(seen(both), ann, ben)
    row = summing.summary([found])
    assert (row.agreed, row.compared) == (1, 2)
    rows = summing.by_reviewer([found])
    assert [(each.name, each.changed, each.objects) for each in rows] == [
        ("ann@example.com", 1, 2), ("ben@example.com", 0, 1),
    ]  # fmt: skip
    assert [each.seconds for each in rows] == [6.5, 75]  # the middle of 5 to 8, of 60 to 90


def test_reviewers_who_both_saw_nothing_agree() -> None:
    row = summing.summary([cell(seen(), opinion(seen()), opinion(seen(), "ben@example.com"))])
    assert (row.agreed, row.compared) == (1, 1)


def test_two_annotations_of_one_person_are_one_opinion() -> None:
    found = cell(seen(), opinion(seen(Box("dent", 1, HERE))), opinion(seen()))
    assert summing.summary([found]).compared == 0
    assert [row.images for row in summing.by_reviewer([found])] == [1]


def test_the_rule_that_surely_finds_mistakes_comes_first() -> None:
    wrong, right = opinion(seen(Box("dent", 1, HERE))), opinion(seen())
    cells = [
        *(cell(seen(), each, rule="often") for each in [wrong] * 15 + [right] * 5),
        *(cell(seen(), each, rule="seldom") for each in [wrong] * 20 + [right] * 60),
        cell(seen(), wrong, rule="once"),
        *(cell(seen(), right, rule="never") for _ in range(50)),
    ]
    assert [row.name for row in summing.by_rule(cells)] == ["often", "once", "seldom", "never"]


def test_the_version_that_came_last_comes_first() -> None:
    cells = [
        cell(seen(), opinion(seen()), version=version, week=week)
        for version, week in (
            ("v9", MONDAY), ("v10", MONDAY), ("v11", date(2026, 11, 16)), ("v11", MONDAY),
        )
    ]  # fmt: skip
    assert [row.name for row in summing.by_version(cells)] == ["v10", "v9", "v11"]


@pytest.mark.parametrize(
    ("wanted", "has"),
    [
        pytest.param(Wanted(), True, id="all"),
        pytest.param(Wanted(rule="unsure", model_version="v1"), True, id="its own"),
        pytest.param(Wanted(rule=""), False, id="no rule"),
        pytest.param(Wanted(model_version="v2"), False, id="another version"),
        pytest.param(Wanted(since=date(2026, 11, 29)), True, id="its Sunday"),
        pytest.param(Wanted(since=date(2026, 11, 30)), False, id="the week after"),
    ],
)
def test_what_is_asked_for(wanted: Wanted, has: bool) -> None:
    assert wanted.has(cell(seen(), opinion(seen()))) is has


CELLS = st.builds(
    lambda name, iou, rule, people: cell(
        seen(Box(name, 0.7, HERE)),
        *(opinion(seen(Box("dent", 1, (100, 100, 200, 100 + iou))), each) for each in people),
        rule=rule,
    ),
    st.sampled_from(["dent", "bolt"]), st.integers(40, 100), st.sampled_from(["a", "b"]),
    st.lists(st.sampled_from(["ann", "ben", "cleo"]), min_size=1, max_size=3),
)  # fmt: skip


@given(st.lists(CELLS, max_size=12), st.lists(CELLS, max_size=4))
def test_what_is_taken_away_again_leaves_no_trace(stay: list[Cell], go: list[Cell]) -> None:
    direct = summing.applied([], [], stay)
    assert summing.applied(summing.applied(direct, [], go), go, []) == direct
    assert summing.applied(summing.applied([], [], go), go, stay) == direct
