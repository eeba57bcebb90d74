"""What is accepted at a glance, Label Studio's SDK accepts; what is usual is accepted so."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import (
    DrawFn,
    SearchStrategy,
    booleans,
    composite,
    dictionaries,
    fixed_dictionaries,
    floats,
    integers,
    just,
    lists,
    none,
    one_of,
    sampled_from,
    text,
)  # fmt: skip
from label_studio_sdk.label_interface.interface import LabelInterface

from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType
from plugin.formats.label_studio import encode_prediction
from plugin.labelstudio.label_configs import CONTROL, OBJECT, render
from plugin.labelstudio.plain_regions import PlainRegions

CLASSES, POINTS = ("bolt", "dent"), ("tip",)
# By hand: controls that share a name with what a value holds, two images, one without labels.
ODD = """<View><Image name="image" value="$a"/><Image name="x" value="$b"/>
  <RectangleLabels name="x" toName="x"><Label value="bolt"/></RectangleLabels>
  <RectangleLabels name="label" toName="image,x"><Label value="dent"/></RectangleLabels>
  <KeyPointLabels name="label-points" toName="image"/>
  <Choices name="choices" toName="image"><Choice value="dent"/></Choices></View>"""
CONFIGS = [*(render(kind, CLASSES, POINTS) for kind in TaskType), ODD]
INTERFACES = [LabelInterface(config) for config in CONFIGS]

NAMES = one_of(sampled_from(["bolt", "dent", "tip", "scratch", ""]), integers(), none())
NUMBERS = one_of(
    floats(0, 100), integers(0, 100), sampled_from([-1, 100.5, 360, 361, 1e300]), floats(),
    booleans(), none(), text(max_size=3), just("7"),
)  # fmt: skip
TAGS = sampled_from(["label", "label-points", "label-mask", "image", "x", "choices", "other"])
TYPES = sampled_from(
    ["rectanglelabels", "keypointlabels", "choices", "polygonlabels", "RectangleLabels", "relation"]
)
OTHERS: SearchStrategy[Any] = one_of(
    none(), NUMBERS, lists(NAMES, max_size=2), dictionaries(text(max_size=3), none(), max_size=1)
)


USUAL = floats(0, 100)


def fitting(tag: str, kind: str, names: list[str], *numbers: str) -> SearchStrategy[dict[str, Any]]:
    value = {**dict.fromkeys(numbers, USUAL), kind: just(names)}
    region = {"from_name": just(tag), "to_name": just("image"), "type": just(kind)}
    return fixed_dictionaries({**region, "value": fixed_dictionaries(value)})


RECTANGLE = fitting("label", "rectanglelabels", ["dent"], "x", "y", "width", "height", "rotation")
POINT = fitting("label-points", "keypointlabels", ["tip"], "x", "y", "width")
CHOICE = fitting("label", "choices", ["dent", "bolt"])
FITTING = [
    (TaskType.OBJECT_DETECTION, RECTANGLE), (TaskType.KEYPOINT_DETECTION, RECTANGLE),
    (TaskType.KEYPOINT_DETECTION, POINT), (TaskType.CLASSIFICATION, CHOICE),
]  # fmt: skip


@composite
def cases(draw: DrawFn) -> tuple[Any, dict[str, Any]]:
    """A config and a prediction that fits, with something changed, added or taken away."""
    fits, strategy = draw(sampled_from(FITTING))
    at = draw(one_of(just(list(TaskType).index(fits)), integers(0, len(INTERFACES) - 1)))
    drawn: dict[str, Any] = {"result": [draw(strategy)]}
    if draw(booleans()):
        drawn["score"] = draw(one_of(floats(0, 1), NUMBERS))
    region = drawn["result"][0]
    place = draw(sampled_from([region["value"], region["value"], region]))
    key = draw(sampled_from([*place, *place, "id", "text", "label", ""]))
    what = draw(integers(0, 9))
    if what == 0:
        place.pop(key, None)
    elif isinstance(place.get(key), float) and what < 8:
        place[key] = draw(NUMBERS)
    elif isinstance(place.get(key), list) and what < 8:
        place[key] = draw(lists(NAMES, max_size=2))
    elif isinstance(place.get(key), str) and what < 8:
        place[key] = draw(one_of(TAGS, TYPES))
    elif what < 9:
        place[key] = draw(OTHERS)
    if draw(integers(0, 49)) == 0:
        drawn["result"] = draw(one_of(OTHERS, lists(OTHERS, max_size=2)))
    return INTERFACES[at], drawn


def plain(interface: Any) -> PlainRegions:
    return PlainRegions(interface.controls, [each.name for each in interface.objects])


@settings(max_examples=300)
@given(cases())
def test_what_is_taken_at_a_glance_the_sdk_takes(case: tuple[Any, dict[str, Any]]) -> None:
    interface, drawn = case
    if plain(interface).take(drawn):
        assert interface.validate_prediction(drawn, return_errors=True) == []


BOX = Box("dent", 0.4, (10, 20, 200, 300))
POINTED = Box("dent", 0.4, (10, 20, 200, 300), keypoints=(Keypoint("tip", 10, 20, 0.9),))


@pytest.mark.parametrize(
    ("kind", "prediction"),
    [
        (TaskType.OBJECT_DETECTION, Prediction(640, 480, (BOX, BOX))),
        (TaskType.OBJECT_DETECTION, Prediction(640, 480)),
        (TaskType.KEYPOINT_DETECTION, Prediction(640, 480, (BOX, POINTED))),
        (TaskType.CLASSIFICATION, Prediction(640, 480, labels=(Label("dent", 0.4),))),
    ],
)
def test_what_we_draw_is_taken_at_a_glance(kind: TaskType, prediction: Prediction) -> None:
    drawn = encode_prediction(prediction, CONTROL, OBJECT, kind, (320, 240))
    for classes, fits in ((CLASSES, True), (("scratch",), not drawn["result"])):
        interface = LabelInterface(render(kind, classes, POINTS))
        assert plain(interface).take(drawn) == fits


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("score", 1.5), ("score", "0.5"), ("score", None), ("from_name", "label-mask"),
        ("to_name", "x"), ("type", "choices"), ("value.rectanglelabels", ["scratch"]),
        ("value.rectanglelabels", ["dent", 7]), ("value.rectanglelabels", "dent"),
        ("value.rectanglelabels", []), ("value.x", 100.5), ("value.x", "7"), ("value.x", True),
        ("value.width", float("nan")), ("value.rotation", 361), ("value.text", "more"),
    ],
)  # fmt: skip
def test_what_is_unusual_is_left_to_the_sdk(key: str, wrong: object) -> None:
    value = {"x": 1, "y": 1.5, "width": 98.5, "height": 100, "rectanglelabels": ["dent"]}
    region: dict[str, Any] = {
        "from_name": "label", "to_name": "image", "type": "rectanglelabels", "value": value,
    }  # fmt: skip
    drawn: dict[str, Any] = {"result": [region], "score": 1}
    usual = plain(LabelInterface(render(TaskType.OBJECT_DETECTION, CLASSES)))
    assert usual.take(drawn)
    place, _, name = key.rpartition(".")
    {"": drawn if name == "score" else region, "value": value}[place][name] = wrong
    assert not usual.take(drawn)
