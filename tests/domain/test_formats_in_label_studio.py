"""What we give to Label Studio fits its label configs, and what it gives back fits us."""

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from plugin.domain.prediction import Box, Keypoint, Prediction, Rle, TaskType
from plugin.formats.label_studio import decode, decode_annotation, encode, encode_prediction
from plugin.labelstudio.label_configs import render
from tests.domain.format_samples import DENT, MASK, POINTS, POLYGON, SAMPLES, with_

SEGMENTATION, KEYPOINTS = TaskType.INSTANCE_SEGMENTATION, TaskType.KEYPOINT_DETECTION


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_region_fits_the_label_config(sample: str) -> None:
    task_type, prediction = SAMPLES[sample]
    config = LabelInterface(render(task_type, ("bolt", "dent"), ("0", "1")))
    encoded = encode(prediction, task_type)
    found = config.validate_prediction(encoded, return_errors=True)  # type: ignore[no-untyped-call]
    assert found == []


@pytest.mark.parametrize(
    ("task_type", "box", "kinds"),
    [
        (None, with_(DENT, polygon=POLYGON), ["polygonlabels"]),
        (None, with_(DENT, mask=MASK), ["brushlabels"]),
        (None, with_(DENT, keypoints=POINTS), ["rectanglelabels"] + ["keypointlabels"] * 2),
        (TaskType.OBJECT_DETECTION, with_(DENT, polygon=POLYGON), ["rectanglelabels"]),
        (SEGMENTATION, DENT, ["polygonlabels"]),
        (SEGMENTATION, with_(DENT, mask=Rle((240, 320), "...")), ["polygonlabels"]),
    ],
    ids=["outline", "mask", "points", "oriented box", "no outline", "unreadable mask"],
)
def test_the_kind_of_region(task_type: TaskType | None, box: Box, kinds: list[str]) -> None:
    encoded = encode_prediction(Prediction(320, 240, (box,)), "label", "image", task_type)
    assert [region["type"] for region in encoded["result"]] == kinds


def test_a_mask_has_the_size_of_what_reviewers_see_and_comes_back_in_ours() -> None:
    prediction = Prediction(320, 240, (with_(DENT, mask=MASK),))
    encoded = encode_prediction(prediction, "label", "image", SEGMENTATION, (160, 120))
    (region,) = encoded["result"]
    assert (region["from_name"], region["original_width"]) == ("label-mask", 160)
    (box,) = decode_annotation([region], 320, 240).boxes
    assert (box.xyxy, box.confidence) == (DENT.xyxy, 1.0)


def test_more_masks_than_can_be_packed_in_time_are_outlined() -> None:
    boxes = (with_(DENT, mask=Rle((7000, 7000), "...")),) * 5
    result = encode_prediction(Prediction(7000, 7000, boxes), "label", "image")["result"]
    assert {region["type"] for region in result} == {"polygonlabels"}


def test_the_version_and_the_score_come_along() -> None:
    before = Prediction(320, 240, (DENT,), model_version="v7")
    posted = encode(before, TaskType.OBJECT_DETECTION)
    assert decode(posted, TaskType.OBJECT_DETECTION) == before
    for region in posted["result"]:
        del region["score"]
    assert decode(posted, TaskType.OBJECT_DETECTION).boxes[0].confidence == DENT.confidence


def test_a_point_without_a_parent_lies_on_the_smallest_box_around_it() -> None:
    large = with_(DENT, xyxy=(0.0, 0.0, 320.0, 240.0))
    regions = encode(Prediction(320, 240, (large, with_(DENT, keypoints=POINTS))), KEYPOINTS)
    result = [
        {key: value for key, value in region.items() if key != "parentID"}
        for region in regions["result"]
    ]
    first, second = decode_annotation(result, 320, 240).boxes
    assert not first.keypoints
    assert second.keypoints == tuple(Keypoint(p.name, p.x, p.y, 1.0) for p in POINTS)
