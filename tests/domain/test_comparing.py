"""What a person changed: a case for each kind of change, and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.comparing import Change, compare, compare_boxes, matches, oks
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType

HERE = (100.0, 100.0, 200.0, 200.0)
NEARBY = (100.0, 100.0, 200.0, 180.0)  # IoU 0.8 with HERE
FAR = (300.0, 300.0, 400.0, 400.0)


def box(name: str = "dent", xyxy: Any = HERE, confidence: float = 0.7, **more: Any) -> Box:
    return Box(name, confidence, xyxy, **more)


def kinds(predicted: list[Box], true: list[Box]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.predicted, each.true) for each in compare_boxes(predicted, true)]


@pytest.mark.parametrize(
    ("predicted", "true", "expected"),
    [
        pytest.param([box()], [box()], [("kept", "dent", "dent")], id="kept"),
        pytest.param(
            [box()], [box(xyxy=(100, 100, 200, 190))], [("kept", "dent", "dent")],
            id="kept at IoU 0.9",
        ),
        pytest.param(
            [box()], [box(xyxy=(100, 100, 200, 189))], [("moved", "dent", "dent")],
            id="moved below IoU 0.9",
        ),
        pytest.param(
            [box()], [box(xyxy=(100, 100, 200, 150))], [("moved", "dent", "dent")],
            id="moved at IoU 0.5",
        ),
        pytest.param(
            [box()], [box(xyxy=(100, 100, 200, 149))],
            [("removed", "dent", ""), ("added", "", "dent")], id="another below IoU 0.5",
        ),
        pytest.param([box()], [box("bolt")], [("relabelled", "dent", "bolt")], id="relabelled"),
        pytest.param(
            [box()], [box("bolt", NEARBY)], [("relabelled", "dent", "bolt")],
            id="relabelled and moved",
        ),
        pytest.param([], [box()], [("added", "", "dent")], id="added"),
        pytest.param([box()], [], [("removed", "dent", "")], id="removed"),
        pytest.param([], [], [], id="nothing in it"),
        pytest.param(
            [box(), box("bolt")], [box("bolt"), box()],
            [("kept", "dent", "dent"), ("kept", "bolt", "bolt")], id="two classes at one place",
        ),
        pytest.param(
            [box(), box(xyxy=FAR)], [box("bolt"), box(xyxy=FAR)],
            [("relabelled", "dent", "bolt"), ("kept", "dent", "dent")],
            id="relabelled beside one that was kept",
        ),
        pytest.param(
            [box()], [box("bolt"), box(xyxy=(100, 100, 200, 160))],
            [("relabelled", "dent", "bolt"), ("added", "", "dent")],
            id="relabelled, and another one added over it",
        ),
        pytest.param(
            [box(), box(xyxy=NEARBY)], [box()],
            [("kept", "dent", "dent"), ("removed", "dent", "")], id="a duplicate removed",
        ),
        pytest.param(
            [box(xyxy=NEARBY), box()], [box()],
            [("removed", "dent", ""), ("kept", "dent", "dent")], id="a duplicate before it",
        ),
    ],
)  # fmt: skip
def test_boxes(predicted: list[Box], true: list[Box], expected: list[Any]) -> None:
    assert kinds(predicted, true) == expected


def test_what_matched_says_how_sure_it_was_and_how_close() -> None:
    assert compare_boxes([box(confidence=0.41)], [box(xyxy=NEARBY)]) == (
        Change("moved", "dent", "dent", 4100, 8000),
    )


@pytest.mark.parametrize(
    ("predicted", "true", "task_type", "expected"),
    [
        pytest.param(["a"], ["a"], TaskType.CLASSIFICATION, ["kept a a"], id="kept"),
        pytest.param(["a"], ["b"], TaskType.CLASSIFICATION, ["relabelled a b"], id="relabelled"),
        pytest.param(["a"], [], TaskType.CLASSIFICATION, ["removed a "], id="removed"),
        pytest.param([], ["a"], TaskType.CLASSIFICATION, ["added  a"], id="added"),
        pytest.param(
            ["a", "b"], ["c", "a"], TaskType.MULTI_LABEL_CLASSIFICATION,
            ["kept a a", "removed b ", "added  c"], id="several",
        ),
    ],
)  # fmt: skip
def test_labels(
    predicted: list[str], true: list[str], task_type: TaskType, expected: list[str]
) -> None:
    seen, wanted = (
        Prediction(labels=tuple(Label(name, 0.8) for name in names)) for names in (predicted, true)
    )
    found = compare(seen, wanted, task_type)
    assert [f"{each.kind} {each.predicted} {each.true}" for each in found] == expected


def test_keypoints_that_moved_move_their_object() -> None:
    points = (Keypoint("tip", 120, 120), Keypoint("tail", 180, 180))
    near = (Keypoint("tip", 121, 120), Keypoint("tail", 180, 181))
    far = (Keypoint("tip", 150, 120), Keypoint("tail", 180, 180))

    def of(true: tuple[Keypoint, ...]) -> str:
        return kinds([box(keypoints=points)], [box(keypoints=true)])[0][0]

    assert [of(points), of(near), of(far), of(points[:1])] == ["kept", "kept", "moved", "moved"]


def test_oks_is_cocos_over_the_points_that_either_has() -> None:
    # exp(-d² / (2 s² (2 sigma)²)) with d = 10, s² = 100 x 100, sigma = 0.05, and 1, and 0.
    tail, ear = Keypoint("tail", 150, 150), Keypoint("ear", 130, 110)
    first = box(keypoints=(Keypoint("tip", 110, 100), tail))
    second = box(keypoints=(Keypoint("tip", 100, 100), tail, ear))
    assert oks(first, second) == pytest.approx((0.60653 + 1 + 0) / 3, abs=1e-4)


SIDES = st.integers(1, 40)
BOXES = st.lists(
    st.builds(
        lambda name, x, y, w, h, c: Box(name, c / 100, (x, y, x + w, y + h)),
        st.sampled_from("abc"), st.integers(0, 40), st.integers(0, 40), SIDES, SIDES,
        st.integers(0, 100),
    ),
    max_size=8,
)  # fmt: skip


@given(BOXES, BOXES)
def test_every_object_is_in_one_change(predicted: list[Box], true: list[Box]) -> None:
    changes = compare_boxes(predicted, true)
    assert sorted(each.predicted for each in changes if each.predicted) == sorted(
        each.class_name for each in predicted
    )
    assert sorted(each.true for each in changes if each.true) == sorted(
        each.class_name for each in true
    )


@given(BOXES)
def test_what_nobody_touched_was_kept(boxes: list[Box]) -> None:
    assert {each.kind for each in compare_boxes(boxes, boxes)} <= {"kept"}


@given(BOXES, BOXES)
def test_pairs_are_close_and_no_box_is_in_two(first: list[Box], second: list[Box]) -> None:
    pairs = matches(first, second)
    assert all(iou >= 0.5 for _, _, iou in pairs)
    for place in (0, 1):
        assert len({pair[place] for pair in pairs}) == len(pairs)
