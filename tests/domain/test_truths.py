"""What can be trained on, for every box and size."""

from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.prediction import Box, Keypoint, Prediction, TaskType
from plugin.domain.truths import HAIR, fitted
from plugin.domain.turned import Turned

WIDTH, HEIGHT = 64, 48
DETECTION = TaskType.OBJECT_DETECTION

numbers = st.floats(-80, 160, width=32)
boxes = st.builds(
    lambda x1, y1, x2, y2, point: Box(
        "dent", 1.0, (x1, y1, x2, y2), polygon=(point,), keypoints=(Keypoint("tip", *point),)
    ),
    numbers, numbers, numbers, numbers, st.tuples(numbers, numbers),
)  # fmt: skip


@given(st.lists(boxes, max_size=4))
def test_what_is_accepted_lies_inside_its_image_and_has_an_area(drawn: list[Box]) -> None:
    truth, errors = fitted(Prediction(WIDTH, HEIGHT, tuple(drawn)), (WIDTH, HEIGHT), DETECTION)
    if errors:
        return
    for box, was in zip(truth.boxes, drawn, strict=True):
        x1, y1, x2, y2 = box.xyxy
        assert 0 <= x1 < x2 <= WIDTH
        assert 0 <= y1 < y2 <= HEIGHT
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in box.polygon)
        assert all(abs(now - then) <= HAIR for now, then in zip(box.xyxy, was.xyxy, strict=True))
    assert fitted(truth, (WIDTH, HEIGHT), DETECTION) == (truth, ()), "once is enough"


def test_what_is_no_number_is_refused() -> None:
    box = Box("dent", 1.0, (float("nan"), 1, 2, 3))
    _, errors = fitted(Prediction(WIDTH, HEIGHT, (box,)), (WIDTH, HEIGHT), DETECTION)
    assert [each.expected for each in errors] == ["inside the image of 64 x 48 pixels"]


def test_a_truth_of_another_size_is_refused() -> None:
    box = Box("dent", 1.0, (1, 1, 2, 3))
    _, [error] = fitted(Prediction(HEIGHT, WIDTH, (box,)), (WIDTH, HEIGHT), DETECTION)
    assert str(error) == "image: '64 x 48 pixels', expected 48 x 64 pixels, as it was reviewed"


def test_a_turned_box_needs_its_corners_inside_and_an_area() -> None:
    def errors_of(turned: Turned) -> list[tuple[str, str]]:
        xs, ys = zip(*turned.corners, strict=True)
        xyxy = (max(0.0, min(xs)), max(0.0, min(ys)), min(64.0, max(xs)), min(48.0, max(ys)))
        box = Box("dent", 1.0, xyxy, turned.corners)
        truth = Prediction(WIDTH, HEIGHT, (box,))
        found, errors = fitted(truth, (WIDTH, HEIGHT), DETECTION)
        assert errors or found == truth, "not a hair of it is moved"
        return [(each.field, each.expected) for each in errors]

    assert errors_of(Turned(20, 10, 20, 8, 30)) == []
    inside = "inside the image of 64 x 48 pixels"
    assert errors_of(Turned(60, 10, 20, 8, 30)) == [("boxes[0] ('dent').polygon", inside)]
    flat = ("boxes[0] ('dent').polygon", "an outline with an area")
    assert errors_of(Turned(20, 10, 20, 0, 30)) == [flat]
