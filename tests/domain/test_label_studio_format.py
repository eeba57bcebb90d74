"""Label Studio's percent coordinates, there and back."""

import pytest

from plugin.domain.prediction import Box, Prediction
from plugin.formats.label_studio import decode_annotation, encode_prediction


def test_a_prediction_survives_the_round_trip() -> None:
    boxes = (Box("dent", 0.4, (10.5, 20, 300, 200)), Box("bolt", 0.9, (0, 0, 640, 480)))
    encoded = encode_prediction(Prediction(640, 480, boxes, model_version="v1"), "label", "image")
    decoded = decode_annotation(encoded["result"], 640, 480)
    assert [box.class_name for box in decoded.boxes] == ["dent", "bolt"]
    for before, after in zip(boxes, decoded.boxes, strict=True):
        assert after.xyxy == pytest.approx(before.xyxy, abs=0.001)


def test_the_score_is_the_least_certain_boxs() -> None:
    boxes = (Box("dent", 0.4, (1, 2, 3, 4)), Box("bolt", 0.9, (1, 2, 3, 4)))
    assert encode_prediction(Prediction(64, 48, boxes), "l", "i")["score"] == 0.4
    assert "score" not in encode_prediction(Prediction(64, 48), "l", "i")


@pytest.mark.parametrize(
    ("rotation", "xyxy"),
    [
        pytest.param(0, (100, 100, 200, 150), id="upright"),
        pytest.param(90, (50, 100, 100, 200), id="a quarter turn about the top left corner"),
        pytest.param(180, (0, 50, 100, 100), id="half a turn"),
        pytest.param(45, (64.645, 100, 170.711, 206.066), id="an eighth"),
    ],
)
def test_a_turned_rectangle_has_the_upright_one_around_it(
    rotation: float, xyxy: tuple[float, ...]
) -> None:
    value = {"x": 25, "y": 25, "width": 25, "height": 12.5, "rotation": rotation}
    region = {"type": "rectanglelabels", "value": value | {"rectanglelabels": ["dent"]}}
    assert decode_annotation([region], 400, 400).boxes[0].xyxy == pytest.approx(xyxy)


def test_what_is_no_labelled_rectangle_is_left_out() -> None:
    value = {"x": 1, "y": 1, "width": 5, "height": 5, "rectanglelabels": []}
    others = [{"type": "rectanglelabels", "value": value}, {"type": "choices", "value": {}}]
    assert decode_annotation(others, 40, 40).boxes == ()
