"""Where the client hooks into other people's pipelines. Neither library is imported.

    pipeline = InferencePipeline.init(..., on_prediction=inference_sink(client))
    model.add_callback("on_predict_postprocess_end", ultralytics_callback(client))

https://docs.roboflow.com/reference/inference/inference-python/inference-pipeline
https://docs.ultralytics.com/usage/callbacks/
"""

from collections.abc import Callable
from functools import partial
from itertools import repeat
from typing import Any, Unpack

import numpy as np

from plugin.client import ActiveLearningClient
from plugin.domain import rle
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Box, Prediction
from plugin.edge.offers import EventFields

Size = tuple[int, int]
"""Width and height in pixels."""

Sink = Callable[[Any, Any], None]
"""What an `InferencePipeline` calls with predictions and video frames: one, or a list of each."""


def inference_sink(client: ActiveLearningClient, output: str = "predictions") -> Sink:
    """A sink for `InferencePipeline`: `on_prediction=inference_sink(client)`.

    Args:
        client: where the frames go.
        output: of a workflow, the output that holds what the model saw.
    """

    def on_prediction(predictions: Any, video_frames: Any) -> None:  # noqa: ANN401  theirs
        with client.guard:
            # With several sources both are lists, and a source that is behind is None.
            both = (predictions, video_frames)
            if not isinstance(predictions, list):
                both = ([predictions], [video_frames])
            for prediction, frame in zip(*both, strict=True):
                if prediction is not None and frame is not None:
                    _submit_frame(client, prediction, frame, output)

    return on_prediction


def _submit_frame(client: ActiveLearningClient, prediction: Any, frame: Any, output: str) -> None:  # noqa: ANN401
    source = getattr(frame, "source_id", None)
    fields: EventFields = {
        "timestamp": frame.frame_timestamp,
        "metadata": {"source_id": source, "frame_id": frame.frame_id},
    }
    found = prediction.get(output) if isinstance(prediction, dict) else prediction
    if hasattr(found, "xyxy"):  # supervision.Detections, from a workflow
        submit_detections(client, frame.image, found, **fields)
    else:
        # A response has a list there and is one itself; a workflow has a response there.
        response = found if isinstance(found, dict) and "predictions" in found else prediction
        client.submit(frame.image, response, **fields)


def submit_detections(
    client: ActiveLearningClient,
    image: np.ndarray[Any, Any],
    detections: Any,  # noqa: ANN401  theirs
    **fields: Unpack[EventFields],
) -> None:
    """Submit `supervision.Detections` and the array they were found in; never raises.

    Class names are read from `detections.data["class_name"]`, as Inference and the readers of
    supervision put them there. Masks are encoded only for what is kept.
    """
    with client.guard:
        size = (image.shape[1], image.shape[0])
        if detections.mask is not None:
            fields["details"] = partial(of_detections, detections, size, with_masks=True)
        client.submit(image, of_detections(detections, size), **fields)


def of_detections(detections: Any, size: Size, *, with_masks: bool = False) -> Prediction:  # noqa: ANN401
    """`supervision.Detections` as a prediction of ours.

    Raises:
        InvalidInputError: it does not name the classes.
    """
    corners = detections.xyxy.tolist()
    names = [str(name) for name in detections.data.get("class_name", ())]
    if len(names) != len(corners):
        expected = "the class of each detection: a class id alone says nothing here"
        raise InvalidInputError(FieldError("detections.data.class_name", names[:3], expected))
    scores = detections.confidence
    shares = [1.0] * len(corners) if scores is None else scores.tolist()
    masks = map(rle.encode, detections.mask) if with_masks else repeat(None, len(corners))
    rows = zip(names, shares, corners, masks, strict=True)
    return Prediction(*size, tuple(Box(n, c, tuple(xyxy), (), m) for n, c, xyxy, m in rows))


def ultralytics_callback(client: ActiveLearningClient) -> Callable[[Any], None]:
    """A callback for `model.add_callback("on_predict_postprocess_end", …)`."""

    def on_predict_postprocess_end(predictor: Any) -> None:  # noqa: ANN401  theirs
        with client.guard:
            for result in predictor.results:
                submit_result(client, result)

    return on_predict_postprocess_end


def submit_result(
    client: ActiveLearningClient,
    result: Any,  # noqa: ANN401  theirs
    **fields: Unpack[EventFields],
) -> None:
    """Submit one `Results` of Ultralytics with the image it was found in; never raises.

    Boxes are read as they are, in three calls. `summary()`, which takes a call for each number and
    traces every outline, is asked for oriented boxes and classes, and for the outlines and
    keypoints of what is kept.
    """
    with client.guard:
        if result.boxes is None:
            client.submit(result.orig_img, _summary(result), **fields)
            return
        if result.masks is not None or result.keypoints is not None:
            fields["details"] = partial(_summary, result)
        client.submit(result.orig_img, _of_boxes(result), **fields)


def _of_boxes(result: Any) -> Prediction:  # noqa: ANN401
    height, width = result.orig_shape
    boxes, names = result.boxes, result.names
    rows = zip(boxes.cls.tolist(), boxes.conf.tolist(), boxes.xyxy.tolist(), strict=True)
    return Prediction(
        width, height, tuple(Box(names[int(c)], conf, tuple(xyxy)) for c, conf, xyxy in rows)
    )


def _summary(result: Any) -> dict[str, object]:  # noqa: ANN401
    return {"orig_shape": result.orig_shape, "results": result.summary()}
