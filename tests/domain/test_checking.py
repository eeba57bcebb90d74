"""Predictions against labelling configs: what fits passes, what does not says why."""

import numpy as np
import pytest

from plugin.domain import rle
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType
from plugin.formats.label_studio import encode_prediction
from plugin.labelstudio.checking import check_prediction
from plugin.labelstudio.label_configs import CONTROL, OBJECT, render

BITMAP = np.zeros((480, 640), np.bool_)
BITMAP[100:200, 100:300] = True
PLAIN = Box("dent", 0.4, (10, 20, 200, 300))
PAINTED = Box("dent", 0.4, (100, 100, 300, 200), mask=rle.encode(BITMAP))
OUTLINED = Box("bolt", 0.4, (10, 20, 200, 300), polygon=((10, 20), (200, 20), (200, 300)))
POINTED = Box("dent", 0.4, (10, 20, 200, 300), keypoints=(Keypoint("tip", 10, 20, 0.9),))
ONE, TWO = Label("dent", 0.4), Label("bolt", 0.7)

FITTING = [
    (TaskType.OBJECT_DETECTION, Prediction(640, 480, (PLAIN, PLAIN))),
    (TaskType.OBJECT_DETECTION, Prediction(640, 480)),
    (TaskType.INSTANCE_SEGMENTATION, Prediction(640, 480, (PLAIN, PAINTED, OUTLINED))),
    (TaskType.KEYPOINT_DETECTION, Prediction(640, 480, (PLAIN, POINTED))),
    (TaskType.CLASSIFICATION, Prediction(640, 480, labels=(ONE,))),
    (TaskType.MULTI_LABEL_CLASSIFICATION, Prediction(640, 480, labels=(ONE, TWO))),
]


def check(kind: TaskType, prediction: Prediction, classes: tuple[str, ...]) -> None:
    drawn = encode_prediction(prediction, CONTROL, OBJECT, kind, (320, 240))
    check_prediction(render(kind, classes, ["tip"]), drawn)


@pytest.mark.parametrize(("kind", "prediction"), FITTING)
def test_what_the_config_has_room_for_passes(kind: TaskType, prediction: Prediction) -> None:
    check(kind, prediction, ("bolt", "dent"))


@pytest.mark.parametrize(
    ("kind", "prediction"), [each for each in FITTING if each[1] != Prediction(640, 480)]
)
def test_a_class_that_the_config_does_not_have_is_named(
    kind: TaskType, prediction: Prediction
) -> None:
    with pytest.raises(InvalidInputError, match=r"prediction.result\[0\]: .*dent"):
        check(kind, prediction, ("scratch",))


def test_a_point_that_the_config_does_not_have_is_named() -> None:
    strange = Box("dent", 0.4, (10, 20, 200, 300), keypoints=(Keypoint("tail", 10, 20),))
    with pytest.raises(InvalidInputError, match="tail"):
        check(TaskType.KEYPOINT_DETECTION, Prediction(640, 480, (strange,)), ("dent",))


def test_a_box_outside_the_image_and_a_score_above_1_are_refused() -> None:
    for box in (Box("dent", 0.4, (10, 20, 700, 300)), Box("dent", 1.4, (10, 20, 200, 300))):
        with pytest.raises(InvalidInputError):
            check(TaskType.OBJECT_DETECTION, Prediction(640, 480, (box,)), ("dent",))


def test_of_many_faults_the_first_are_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check(TaskType.OBJECT_DETECTION, Prediction(640, 480, (PLAIN,) * 50), ("bolt",))
    assert len(caught.value.errors) == 3


@pytest.mark.parametrize("config", ["", "<View", "<View/>", "<View><Image name='image'/></View>"])
def test_a_config_that_a_person_broke_takes_no_prediction(config: str) -> None:
    drawn = encode_prediction(Prediction(640, 480, (PLAIN,)), CONTROL, OBJECT)
    with pytest.raises(InvalidInputError):
        check_prediction(config, drawn)
