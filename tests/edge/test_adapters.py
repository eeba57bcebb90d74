"""The two adapters, with detections of the real `supervision`.

InferencePipeline and Ultralytics are not installed here: what stands in for their objects has the
attributes that their published API names, and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import supervision as sv
from PIL import Image

from plugin.domain import rle
from plugin.edge.adapters import (
    inference_sink,
    of_detections,
    submit_detections,
    ultralytics_callback,
)
from tests.edge.conftest import MakeClient
from tests.edge.frames import RED
from tests.edge.loopback import Loopback
from tests.edge.waiting import with_rules
from tests.samples import settings

BLUE_GREEN_RED = np.ascontiguousarray(RED[:, :, ::-1])
NAMES = {0: "bolt", 1: "dent"}


@dataclass(frozen=True)
class VideoFrame:
    """https://github.com/roboflow/inference: inference/core/interfaces/camera/entities.py."""

    image: np.ndarray[Any, Any]
    frame_id: int
    frame_timestamp: datetime
    source_id: int | None = None


def frame(number: int = 7, source_id: int | None = 3) -> VideoFrame:
    return VideoFrame(BLUE_GREEN_RED, number, datetime(2026, 11, 23, 10, 0), source_id)


def response(confidence: float = 0.41) -> dict[str, Any]:
    found = {"x": 64.0, "y": 48.0, "width": 64.0, "height": 48.0, "class": "dent", "class_id": 1}
    return {
        "image": {"width": 320, "height": 240},
        "predictions": [found | {"confidence": confidence, "detection_id": "made-up"}],
    }


def detections(confidence: float = 0.41, **more: Any) -> sv.Detections:
    return sv.Detections(
        xyxy=np.array([[32, 24, 96, 72]], np.float32),
        confidence=np.array([confidence], np.float32),
        class_id=np.array([1]),
        data={"class_name": np.array(["dent"])},
        **more,
    )


def boxes(server: Loopback) -> list[tuple[str, list[float]]]:
    """The first box of every event."""
    firsts = [event["prediction"]["boxes"][0] for event in server.events.values()]
    return [(first["class"], first["xyxy"]) for first in firsts]


@pytest.mark.parametrize(
    "prediction",
    [
        pytest.param(response(), id="a model's response"),
        pytest.param({"predictions": response(), "count": 1}, id="a workflow's response"),
        pytest.param({"predictions": detections()}, id="a workflow's detections"),
        pytest.param(detections(), id="detections"),
    ],
)
def test_a_sink_submits_what_a_pipeline_gives_it(
    server: Loopback, make_client: MakeClient, prediction: Any
) -> None:
    client = make_client(server)
    inference_sink(client)(prediction, frame())
    assert client.flush()
    ((event_id, event),) = server.events.items()
    assert boxes(server) == [("dent", [32, 24, 96, 72])]
    assert event["metadata"] == {"source_id": 3, "frame_id": 7}
    assert datetime.fromisoformat(event["timestamp"]) == frame().frame_timestamp.astimezone()
    with Image.open(BytesIO(server.uploaded(event_id)[1])) as image:
        assert np.asarray(image)[5, 5].tolist() == pytest.approx([250, 0, 0], abs=3)


def test_a_sink_takes_several_sources_one_of_them_behind(
    server: Loopback, make_client: MakeClient
) -> None:
    client = make_client(server)
    frames = [frame(1, 0), None, frame(1, 2)]
    inference_sink(client)([response(), None, response(0.9)], frames)
    assert client.flush()
    assert [event["metadata"]["source_id"] for event in server.events.values()] == [0]
    assert server.counted() == {"no_rule_matched": 1}


def test_a_sink_reads_the_output_of_a_workflow_that_it_is_told(
    server: Loopback, make_client: MakeClient
) -> None:
    client = make_client(server)
    inference_sink(client, output="dents")({"dents": detections(), "predictions": 1}, frame())
    assert client.flush()
    assert boxes(server) == [("dent", [32, 24, 96, 72])]


def test_masks_of_detections_are_encoded_for_what_is_kept(
    server: Loopback, make_client: MakeClient
) -> None:
    server.rules = settings(task_type="instance-segmentation")
    client, mask = with_rules(make_client(server)), np.zeros((1, 240, 320), bool)
    mask[0, 24:72, 32:96] = True
    submit_detections(client, BLUE_GREEN_RED, detections(mask=mask), event_id="unsure")
    submit_detections(client, BLUE_GREEN_RED, detections(0.9, mask=mask), event_id="sure")
    assert client.flush()
    (sent,) = server.events["unsure"]["prediction"]["boxes"]
    assert sent["mask"] == {"size": [240, 320], "counts": rle.encode(mask[0]).counts}
    assert set(server.events) == {"unsure"}


def test_no_detections_are_an_empty_prediction() -> None:
    prediction = of_detections(sv.Detections.empty(), (320, 240))
    assert (prediction.width, prediction.height, prediction.boxes) == (320, 240, ())


class Tensor:
    """As much of a torch tensor as is asked of one."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def tolist(self) -> list[Any]:
        return self._values


@dataclass
class Boxes:
    """https://docs.ultralytics.com/reference/engine/results/#ultralytics.engine.results.Boxes."""

    xyxy: Tensor
    conf: Tensor
    cls: Tensor


class Results:
    """https://docs.ultralytics.com/reference/engine/results/#ultralytics.engine.results.Results."""

    def __init__(self, confidence: float = 0.41, kind: str = "boxes") -> None:
        self.orig_img, self.orig_shape, self.names = BLUE_GREEN_RED, (240, 320), NAMES
        found = Boxes(Tensor([[32.0, 24.0, 96.0, 72.0]]), Tensor([confidence]), Tensor([1.0]))
        self.boxes = found if kind in {"boxes", "masks"} else None
        self.masks = object() if kind == "masks" else None
        self.keypoints = self.probs = self.obb = None
        self.summaries = 0
        self._row: dict[str, Any] = {"name": "dent", "class": 1, "confidence": confidence}
        if kind == "masks":
            self._row["box"] = {"x1": 32.0, "y1": 24.0, "x2": 96.0, "y2": 72.0}
            self._row["segments"] = {"x": [32.0, 96.0, 96.0], "y": [24.0, 24.0, 72.0]}

    def summary(self) -> list[dict[str, Any]]:
        self.summaries += 1
        return [self._row]


@dataclass
class Predictor:
    """https://docs.ultralytics.com/reference/engine/predictor/."""

    results: list[Results]


def test_a_callback_submits_every_result_of_a_batch(
    server: Loopback, make_client: MakeClient
) -> None:
    client = with_rules(make_client(server))
    batch = [Results(), Results(0.9), Results()]
    ultralytics_callback(client)(Predictor(batch))
    assert client.flush()
    assert boxes(server) == [("dent", [32, 24, 96, 72])] * 2
    assert server.counted() == {"no_rule_matched": 1}
    assert [result.summaries for result in batch] == [0, 0, 0]


def test_outlines_of_results_are_traced_for_what_is_kept(
    server: Loopback, make_client: MakeClient
) -> None:
    server.rules = settings(task_type="instance-segmentation")
    client = with_rules(make_client(server))
    batch = [Results(kind="masks"), Results(0.9, kind="masks")]
    ultralytics_callback(client)(Predictor(batch))
    assert client.flush()
    (event,) = server.events.values()
    assert event["prediction"]["boxes"][0]["polygon"] == [[32, 24], [96, 24], [96, 72]]
    assert [result.summaries for result in batch] == [1, 0]


def test_classes_of_a_result_are_read_from_its_summary(
    server: Loopback, make_client: MakeClient
) -> None:
    server.rules = settings(task_type="classification", rules=[])
    client = make_client(server)
    ultralytics_callback(client)(Predictor([Results(kind="classes")]))
    assert client.flush()
    (event,) = server.events.values()
    assert event["prediction"]["labels"] == [{"class": "dent", "confidence": 0.41}]


@pytest.mark.parametrize("given", [None, 7, {}, [response()], {"predictions": detections()}])
def test_what_no_pipeline_gives_is_counted_and_never_raised(
    server: Loopback, make_client: MakeClient, given: Any
) -> None:
    client = with_rules(make_client(server))
    inference_sink(client)(given if given is not None else 7, given)
    ultralytics_callback(client)(given)
    assert client.stats().errors >= 1
    nameless = sv.Detections(xyxy=np.array([[32, 24, 96, 72]]), class_id=np.array([1]))
    submit_detections(client, BLUE_GREEN_RED, nameless)
    assert "class_name" in client.stats().last_trouble
