"""Every foreign format, there and back; what is wrong is said with its place.

Ultralytics is not installed here: its shapes are those of `Results.summary` in its documentation,
https://docs.ultralytics.com/reference/engine/results/
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision as sv

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType
from plugin.formats import coco, roboflow, supervision, ultralytics
from plugin.formats.predictions import FORMATS, Expected, decode_prediction
from tests.domain.format_samples import CASES, DENT, KNOWS, SAMPLES, expected_from, with_
from tests.samples import encoded

DETECTION, SEGMENTATION = TaskType.OBJECT_DETECTION, TaskType.INSTANCE_SEGMENTATION
KEYPOINTS, CLASS = TaskType.KEYPOINT_DETECTION, TaskType.CLASSIFICATION
CLASSES = TaskType.MULTI_LABEL_CLASSIFICATION

RESPONSES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "conformance" / "roboflow_responses.json").read_text()
)
TASK_OF = {
    "instance-segmentation (rle)": SEGMENTATION,
    "classification multi-class": CLASS,
    "classification multi-label": CLASSES,
    "stub": DETECTION,
}
RECORDED = [
    pytest.param(TASK_OF.get(kind) or TaskType(kind), response, id=f"{kind}, {shape}")
    for kind, shapes in RESPONSES.items()
    for shape, response in shapes.items()
]


@pytest.mark.parametrize(("task_type", "response"), RECORDED)
def test_every_recorded_response_parses(task_type: TaskType, response: dict[str, Any]) -> None:
    expected = Expected(task_type, frozenset({"dent", "bolt"}))
    prediction = decode_prediction(encoded(response).encode(), expected)
    if not prediction.stub:
        assert (prediction.width, prediction.height) == (640, 480)
    for box in prediction.boxes:
        assert (box.class_name, box.xyxy) == ("dent", (280.5, 180.0, 360.5, 220.0))
    assert bool(prediction.boxes) == (task_type.has_boxes and not prediction.stub)
    assert roboflow.inference_id(response) == "b1e2-..."


@pytest.mark.parametrize(("name", "sample"), CASES, ids=str)
def test_a_prediction_survives_the_round_trip(name: str, sample: str) -> None:
    task_type, prediction = SAMPLES[sample]
    posted = json.loads(json.dumps(FORMATS[name].encode(prediction, task_type)))
    assert FORMATS[name].decode(posted, task_type) == expected_from(name, sample)
    body = encoded(posted).encode()
    assert decode_prediction(body, Expected(task_type, None), name) == expected_from(name, sample)


@pytest.mark.parametrize(("name", "sample"), CASES, ids=str)
def test_a_format_is_recognised_by_itself_alone(name: str, sample: str) -> None:
    task_type, prediction = SAMPLES[sample]
    posted = FORMATS[name].encode(prediction, task_type)
    assert [other for other, each in FORMATS.items() if each.recognises(posted)] == [name]
    recognised = decode_prediction(encoded(posted).encode(), Expected(task_type, None))
    assert recognised == expected_from(name, sample)


@pytest.mark.parametrize(
    ("name", "sample"),
    [(name, sample) for name in KNOWS for sample in ("class", "classes")],
    ids=str,
)
def test_a_format_without_words_for_a_task_says_so(name: str, sample: str) -> None:
    if sample in KNOWS[name]:
        return
    with pytest.raises(InvalidInputError, match="a format that knows"):
        FORMATS[name].decode([], SAMPLES[sample][0])


def fields_of(name: str, data: object, task_type: TaskType = DETECTION) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        FORMATS[name].decode(data, task_type)
    return [error.field.removeprefix("prediction.") for error in caught.value.errors]


ROW = {"x": 10, "y": 10, "width": 4, "height": 4, "class": "dent", "confidence": 0.5}
SUMMARY = {"name": "dent", "confidence": 0.5, "box": {"x1": 1, "y1": 2, "x2": 30, "y2": 40}}
RESULT = {"category_id": 1, "category_name": "dent", "bbox": [1, 2, 30, 40], "score": 0.5}
RECTANGLE = {"x": 10, "y": 10, "width": 5, "height": 5, "rectanglelabels": ["dent"]}
REGION = {
    "type": "rectanglelabels",
    "value": RECTANGLE,
    "original_width": 320,
    "original_height": 240,
}


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


ROBOFLOW_FAULTS: list[tuple[object, TaskType, list[str]]] = [
    ({"predictions": [ROW, without(ROW, "width"), 7, ROW | {"x": "1"}]}, DETECTION,
     ["predictions[1].width", "predictions[2]", "predictions[3].x"]),
    ({"predictions": [ROW | {"points": [{"x": 1}]}]}, SEGMENTATION, ["predictions[0].points[0].y"]),
    ({"predictions": [ROW | {"points": [{"x": 1, "y": 2}]}]}, DETECTION, ["predictions[0].points"]),
    ({"predictions": [ROW | {"rle": {"size": [1]}}]}, SEGMENTATION, ["predictions[0].rle.size"]),
    ({"image": {"width": "640"}, "predictions": []}, DETECTION, ["image.width"]),
    ({"predictions": [ROW], "top": "dent"}, DETECTION, ["top"]),
    ({"predictions": {"dent": {"confidence": 1}}}, DETECTION, ["predictions"]),
    ({"predictions": [ROW]}, CLASS, ["predictions[0].x"]),
    ({"predictions": [], "top": "dent"}, CLASS, ["top"]),
    ({"predictions": {"dent": 0.3}, "predicted_classes": []}, CLASSES, ["predictions.dent"]),
    ({"predictions": {}, "predicted_classes": ["x", []]}, CLASSES,
     ["predicted_classes[0]", "predicted_classes[1]"]),
    ([{}, {}], DETECTION, ["prediction"]),
    ("nonsense", DETECTION, ["prediction"]),
]  # fmt: skip
OTHER_FAULTS: list[tuple[str, object, TaskType, list[str]]] = [
    ("ultralytics", [SUMMARY, without(SUMMARY, "name")], DETECTION, ["prediction[1].name"]),
    ("ultralytics", [SUMMARY, without(SUMMARY, "box")], DETECTION, ["prediction[1].box"]),
    ("ultralytics", {"width": 9, "results": [{}]}, DETECTION, ["results[0].name"]),
    ("ultralytics", [SUMMARY | {"segments": {"x": [1], "y": []}}], SEGMENTATION,
     ["prediction[0].segments.y"]),
    ("ultralytics", [SUMMARY], CLASS, ["prediction[0].box"]),
    ("ultralytics", [SUMMARY | {"box": {"x1": 0, "y1": 0, "x2": 0.5, "y2": 1}}], DETECTION,
     ["prediction[0].box"]),
    ("coco", [RESULT, without(RESULT, "category_name")], DETECTION, ["prediction[1].category_id"]),
    ("coco", [RESULT | {"bbox": [1, 2, 3]}, without(RESULT, "score")], DETECTION,
     ["prediction[0].bbox", "prediction[1].score"]),
    ("coco", [RESULT, RESULT | {"image_id": 2}], DETECTION, ["prediction[1].image_id"]),
    ("coco", [RESULT | {"segmentation": [[1, 2], [3, 4]]}], SEGMENTATION,
     ["prediction[0].segmentation"]),
    ("coco", [RESULT | {"segmentation": {"size": [2, 2], "counts": [9]}}], SEGMENTATION,
     ["prediction[0].segmentation.counts"]),
    ("coco", [RESULT | {"keypoints": [1, 2]}], KEYPOINTS, ["prediction[0].keypoints"]),
    ("coco", {"images": [{}, {}], "annotations": []}, DETECTION, ["images"]),
    ("supervision", {"xyxy": [[1, 2, 3, 4], [1, 2, 3]]}, DETECTION, ["xyxy[1]"]),
    ("supervision", {"xyxy": [[1, 2, 3, 4]], "class_id": [1]}, DETECTION, ["data.class_name"]),
    ("supervision", {"xyxy": [], "confidence": [1]}, DETECTION, ["confidence"]),
    ("supervision", [{"x_min": "1", "y_min": 2, "x_max": 3}], DETECTION, ["prediction[0].y_max"]),
    ("label-studio", {"result": [REGION, REGION | {"value": without(RECTANGLE, "x")}]}, DETECTION,
     ["result[1].value.x"]),
    ("label-studio", {"result": [without(REGION, "original_width")]}, DETECTION,
     ["result[0].original_width"]),
    ("label-studio", {"result": [REGION, REGION | {"original_width": 3}]}, DETECTION,
     ["result[1].original_width"]),
    ("label-studio", {"result": [{"type": "relation"}, REGION]}, CLASS, ["result[1].type"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "task_type", "fields"),
    [("roboflow", *case) for case in ROBOFLOW_FAULTS] + OTHER_FAULTS,
    ids=lambda value: str(value)[:50],
)
def test_a_fault_is_named_by_its_place(
    name: str, data: object, task_type: TaskType, fields: list[str]
) -> None:
    assert fields_of(name, data, task_type) == fields


def test_at_most_a_hundred_faults_are_named() -> None:
    assert len(fields_of("roboflow", {"predictions": [{}] * 5000})) == 100


def test_a_batch_is_many_predictions_but_one_event() -> None:
    empty = {"image": {"width": None, "height": None}, "predictions": []}
    one = {"image": {"width": 9, "height": 8}, "predictions": [ROW]}
    sizes = [(each.width, each.height) for each in roboflow.decode_batch([empty, one], DETECTION)]
    assert sizes == [(0, 0), (9, 8)]
    assert roboflow.decode([one], DETECTION) == roboflow.decode(one, DETECTION)
    with pytest.raises(InvalidInputError, match=r"prediction\[1\]\.predictions\[0\]\.x"):
        roboflow.decode_batch([one, {"predictions": [without(ROW, "x")]}], DETECTION)


@pytest.mark.parametrize(
    ("response", "labels"),
    [
        ({"predictions": [], "top": "", "confidence": 0.0}, ()),
        ({"predictions": [{"class": "a", "confidence": 0.2}, {"class": "b", "confidence": 0.7}]},
         (Label("b", 0.7),)),
        ({"predictions": [], "top": "b", "confidence": 0.4}, (Label("b", 0.4),)),
    ],
    ids=["nothing", "no top", "top alone"],
)  # fmt: skip
def test_the_top_class(response: dict[str, Any], labels: tuple[Label, ...]) -> None:
    assert roboflow.decode(response, CLASS).labels == labels


def test_an_outline_alone_has_the_box_around_it() -> None:
    points = [{"x": 3, "y": 4}, {"x": 9, "y": 5}, {"x": 6, "y": 8}]
    row = {"class": "dent", "confidence": 0.5, "points": points}
    (box,) = roboflow.decode({"predictions": [row]}, SEGMENTATION).boxes
    assert box.xyxy == (3, 4, 9, 8)


def test_an_oriented_box_keeps_its_corners() -> None:
    corners = {"x1": 10, "y1": 0, "x2": 20, "y2": 10, "x3": 10, "y3": 20, "x4": 0, "y4": 10}
    posted = {"orig_shape": [240, 320], "results": [SUMMARY | {"box": corners}]}
    prediction = ultralytics.decode(posted, DETECTION)
    polygon = ((10, 0), (20, 10), (10, 20), (0, 10))
    assert prediction == Prediction(320, 240, (Box("dent", 0.5, (0, 0, 20, 20), polygon),))
    assert ultralytics.decode(ultralytics.encode(prediction, DETECTION), DETECTION) == prediction


def test_normalised_coordinates_are_scaled_where_the_size_is_known() -> None:
    row = SUMMARY | {"box": {"x1": 0.25, "y1": 0.5, "x2": 0.5, "y2": 1.0}}
    posted = {"width": 320, "height": 240, "predictions": [row]}
    assert ultralytics.decode(posted, DETECTION).boxes[0].xyxy == (80, 120, 160, 240)


def test_coco_names_keypoints_by_their_category() -> None:
    tips = (Keypoint("tip", 40, 30, 0.9), Keypoint("tail", 80, 60))
    boxes = (with_(DENT, keypoints=tips), with_(DENT, keypoints=tips[1:]))
    before = Prediction(320, 240, boxes)
    assert coco.decode(coco.encode(before, KEYPOINTS), KEYPOINTS) == before


def test_coco_runs_may_be_uncompressed() -> None:
    row = RESULT | {"segmentation": {"size": [2, 2], "counts": [1, 3]}}
    (box,) = coco.decode([row], SEGMENTATION).boxes
    assert box.mask and box.mask.counts == "13"


def test_what_supervision_writes_is_read() -> None:
    columns = supervision.encode(Prediction(boxes=(DENT,)), DETECTION)
    detections = sv.Detections(
        xyxy=np.array(columns["xyxy"]), data={"class_name": np.array(["dent"])}
    )
    rows = json.loads(json.dumps(sv.JSONSink.parse_detection_data(detections)))
    expected = (with_(DENT, confidence=1.0),)
    assert supervision.decode(rows, DETECTION).boxes == expected
    as_text = [{key: str(value) for key, value in row.items()} for row in rows]
    assert supervision.decode(as_text, DETECTION).boxes == expected


def test_supervision_masks_may_be_bitmaps() -> None:
    posted = {"xyxy": [[0, 0, 2, 2]], "mask": [[[0, 1], [1, 1]]], "data": {"class_name": ["a"]}}
    (box,) = supervision.decode(posted, SEGMENTATION).boxes
    assert box.mask and box.mask.counts == "13"
