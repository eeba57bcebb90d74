"""What is wrong with a prediction is said box by box."""

import msgspec
import pytest

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.formats.predictions import Expected, decode_prediction
from tests.samples import CLASSES, box, encoded, prediction

EXPECTED = Expected(TaskType.OBJECT_DETECTION, frozenset(CLASSES))


def decode(*boxes: dict[str, object], **size: int) -> object:
    return decode_prediction(encoded(prediction(*boxes, **size)).encode(), EXPECTED)


def fields_of(*boxes: dict[str, object], **size: int) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        decode(*boxes, **size)
    return [error.field for error in caught.value.errors]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"class": "nail"}, "class", id="unknown class"),
        pytest.param({"confidence": 1.2}, "confidence", id="confidence above 1"),
        pytest.param({"confidence": -0.1}, "confidence", id="confidence below 0"),
        pytest.param({"xyxy": [96, 24, 32, 72]}, "xyxy", id="right of left"),
        pytest.param({"xyxy": [32, 24, 32, 72]}, "xyxy", id="no width"),
        pytest.param({"xyxy": [32, 24, 500, 72]}, "xyxy", id="far outside"),
        pytest.param({"xyxy": [320, 24, 322, 72]}, "xyxy", id="just outside"),
        pytest.param({"xyxy": [-400, -300, -10, -10]}, "xyxy", id="wholly outside"),
    ],
)
def test_the_box_and_the_field_are_named(changes: dict[str, object], field: str) -> None:
    assert fields_of(box(), box() | changes) == [f"prediction.boxes[1].{field}"]


def test_every_fault_is_named_at_once() -> None:
    worst = box("nail", 7.0, xyxy=[5, 5, 1, 1])
    assert fields_of(worst, box(), worst) == [
        f"prediction.boxes[{index}].{field}"
        for index in (0, 2)
        for field in ("class", "confidence", "xyxy")
    ]


@pytest.mark.parametrize("width", [-5, 65_501])
def test_an_impossible_size_is_refused(width: int) -> None:
    assert fields_of(box(), width=width) == ["prediction.width"]


def test_a_small_overshoot_is_clamped() -> None:
    decoded = decode(box(xyxy=[-2.5, -1, 321, 240.9]))
    assert msgspec.to_builtins(decoded)["boxes"][0]["xyxy"] == (0, 0, 320, 240)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"width": 3', "prediction"),
        (b"[]", "prediction"),
        (b'{"width": "3"}', "prediction.width"),
        (b'{"width": 3, "height": "4"}', "prediction.height"),
        (b'{"width": 3, "height": 4, "boxes": [{"class": "a"}]}', "prediction.boxes[0]"),
        (b'{"width": 3, "height": 4, "boxes": [{"xyxy": [1]}]}', "prediction.boxes[0].xyxy"),
        (b'{"width": NaN, "height": 4}', "prediction"),
        (b'{"width": 3, "height": 4, "boxes": ' + b"[" * 100_000, "prediction.boxes"),
        (b"\xff\xfe", "prediction"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_prediction_is_said_to_be_none(body: bytes, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decode_prediction(body, EXPECTED)
    assert caught.value.errors[0].field.startswith(field)
