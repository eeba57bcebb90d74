"""Nothing that anybody posts makes a parser raise anything but its own error, or take long."""

import json
import random
from copy import deepcopy
from typing import Any

import pytest

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.formats.predictions import FORMATS, Expected, decode_prediction
from tests.domain.format_samples import CASES, SAMPLES

TASKS = list(TaskType)
WORDS = [
    "predictions", "results", "result", "annotations", "images", "categories", "xyxy", "mask",
    "data", "class_name", "class", "name", "confidence", "score", "x", "y", "width", "height",
    "points", "rle", "size", "counts", "keypoints", "top", "box", "segments", "bbox", "type",
    "segmentation", "category_id", "category_name", "value", "id", "parentID", "original_width",
    "rectanglelabels", "keypointlabels", "brushlabels", "choices", "x_min", "orig_shape", "image",
    "labels", "boxes", "stub", "is_stub",
]  # fmt: skip
PLAIN: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, 2**200, 10**400, 0.5, -0.0, 1e308, -1e308,
    "", "dent", "0", "\0", "é", "x" * 1000, "1e400", [], {}, [[]], [{}], [None], {"": None},
    float("nan"), float("inf"), -float("inf"), "nan", "inf",
]  # fmt: skip


def deep(depth: int, key: str = "") -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {key: value} if key else [value]
    return value


def anything(source: random.Random, depth: int = 4) -> Any:
    kind = source.random()
    if depth == 0 or kind < 0.3:
        return deepcopy(source.choice(PLAIN))
    if kind < 0.5:
        return [anything(source, depth - 1) for _ in range(source.randrange(4))]
    return {
        source.choice(WORDS): anything(source, depth - 1) for _ in range(source.randrange(1, 6))
    }


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every list or object inside, with each of its indices or keys."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        found = [(value, key) for key in value]
    elif isinstance(value, list):
        found = [(value, index) for index in range(len(value))]
    return found + [place for holder, key in found for place in places(holder[key])]


def try_all(data: Any, source: random.Random) -> None:
    task_type = source.choice(TASKS)
    for each in FORMATS.values():
        each.recognises(data)
        try:
            each.decode(data, task_type)
        except InvalidInputError as error:
            assert len(str(error)) < 100_000
    for name in ("", source.choice(list(FORMATS))):
        try:
            decode_prediction(json.dumps(data).encode(), Expected(task_type, None), name)
        except InvalidInputError as error:
            assert error.errors


def test_arbitrary_json() -> None:
    source = random.Random(7)
    for _ in range(3000):
        try_all(anything(source), source)


@pytest.mark.parametrize(("name", "sample"), CASES, ids=str)
def test_one_or_two_values_gone_wrong(name: str, sample: str) -> None:
    task_type, prediction = SAMPLES[sample]
    source = random.Random(f"{name} {sample}")
    right = json.loads(json.dumps(FORMATS[name].encode(prediction, task_type)))
    for _ in range(150):
        data = deepcopy(right)
        for _ in range(source.choice((1, 2))):
            found = places(data)
            if found:
                holder, key = source.choice(found)
                holder[key] = anything(source, 2)
        try_all(data, source)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("key", ["", "predictions", "result", "annotations", "xyxy", "boxes"])
def test_nesting_without_end(name: str, key: str) -> None:
    for depth in (200, 900):
        with pytest.raises(InvalidInputError):
            FORMATS[name].decode([deep(depth, key)], TaskType.OBJECT_DETECTION)
    opening = f'{{"{key}":'.encode() if key else b"["
    for body in (opening * 100_000, b'{"boxes": [], "more": ' + b"[" * 100_000):
        with pytest.raises(InvalidInputError):
            decode_prediction(body, Expected(TaskType.OBJECT_DETECTION, None), name)
        with pytest.raises(InvalidInputError):
            decode_prediction(body, Expected(TaskType.OBJECT_DETECTION, None))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 9999])
def test_numbers_that_are_none(value: str) -> None:
    row = f'{{"x": {value}, "y": 1, "width": 2, "height": 2, "class": "a", "confidence": 1}}'
    for name in ("", "roboflow"):
        with pytest.raises(InvalidInputError):
            decode_prediction(
                f'{{"predictions": [{row}]}}'.encode(),
                Expected(TaskType.OBJECT_DETECTION, None),
                name,
            )


ROWS: dict[str, Any] = {
    "native": {"boxes": {"class": "a", "confidence": 1, "xyxy": [1, 2, 3, 4]}},
    "roboflow": {"predictions": {"x": 9, "y": 9, "width": 2, "height": 2, "class": "a"}},
    "ultralytics": {"width": 9, "predictions": {"name": "a", "confidence": 1}},
    "coco": {"annotations": {"category_name": "a", "bbox": [1, 2, 3, 4], "score": 1}},
    "supervision": {"xyxy": [1, 2, 3, 4]},
    "label-studio": {"result": {"type": "rectanglelabels", "value": {"rectanglelabels": ["a"]}}},
}


@pytest.mark.parametrize("name", ROWS)
def test_a_hundred_thousand_boxes_are_refused(name: str) -> None:
    body = json.dumps(
        {key: value if key == "width" else [value] * 100_000 for key, value in ROWS[name].items()}
    ).encode()
    with pytest.raises(InvalidInputError, match=r"100000, expected at most 10000"):
        decode_prediction(body, Expected(TaskType.OBJECT_DETECTION, None))


def test_more_masks_than_can_be_unpacked_in_time_are_refused() -> None:
    value = {"format": "rle", "rle": [0], "brushlabels": ["a"]}
    size = {"original_width": 7000, "original_height": 7000}
    region = {"type": "brushlabels", "value": value} | size
    for result in ([region] * 5, [region | {"value": value | {"rle": [0] * 1_000_001}}]):
        with pytest.raises(InvalidInputError, match="together"):
            FORMATS["label-studio"].decode({"result": result}, TaskType.INSTANCE_SEGMENTATION)


def test_an_unknown_format_is_told_the_known_ones() -> None:
    expected = Expected(TaskType.OBJECT_DETECTION, None)
    with pytest.raises(InvalidInputError, match="one of native, roboflow, ultralytics, coco") as e:
        decode_prediction(b"{}", expected, "yolo")
    assert [error.field for error in e.value.errors] == ["format"]


def test_an_empty_list_needs_a_name() -> None:
    expected = Expected(TaskType.OBJECT_DETECTION, None)
    with pytest.raises(InvalidInputError, match="the name of its format"):
        decode_prediction(b"[]", expected)
    for name in ("ultralytics", "coco", "supervision"):
        assert decode_prediction(b"[]", expected, name).boxes == ()
