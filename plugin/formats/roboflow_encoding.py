"""Our predictions as Roboflow Inference's responses; see `roboflow` for the format."""

from typing import Any

from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.formats.reading import class_ids


def encode(prediction: Prediction, task_type: TaskType) -> dict[str, Any]:
    """A prediction as a response; class ids count the names in it, from 0, by the alphabet.

    What has no place there is left out: a box's scores, the version of the model.
    """
    image = {"width": prediction.width or None, "height": prediction.height or None}
    if prediction.stub:
        return {"image": image, "is_stub": True, "task_type": str(task_type)}
    return {"image": image} | _predictions(prediction, task_type)


def _predictions(prediction: Prediction, task_type: TaskType) -> dict[str, Any]:
    if task_type.has_boxes:
        ids = class_ids(box.class_name for box in prediction.boxes)
        return {"predictions": [_box(box, ids) for box in prediction.boxes]}
    labels = {label.class_name: label.confidence for label in prediction.labels}
    scores = labels | (prediction.scores or {})
    ids = class_ids(scores)
    if task_type is TaskType.MULTI_LABEL_CLASSIFICATION:
        rows = {name: {"confidence": scores[name], "class_id": ids[name]} for name in scores}
        return {"predictions": rows, "predicted_classes": list(labels)}
    return {
        "predictions": [
            {"class": name, "class_id": ids[name], "confidence": scores[name]} for name in scores
        ],
        "top": next(iter(labels), ""),
        "confidence": next(iter(labels.values()), 0.0),
    }


def _box(box: Box, ids: dict[str, int]) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    encoded = {
        "x": (x1 + x2) / 2,
        "y": (y1 + y2) / 2,
        "width": x2 - x1,
        "height": y2 - y1,
        "confidence": box.confidence,
        "class": box.class_name,
        "class_id": ids[box.class_name],
    }
    return encoded | _outline(box) | _keypoints(box)


def _outline(box: Box) -> dict[str, Any]:
    points = [{"x": x, "y": y} for x, y in box.polygon]
    outline: dict[str, Any] = {"points": points} if points else {}
    if box.mask:
        rle = {"size": list(box.mask.size), "counts": box.mask.counts}
        return outline | {"rle": rle, "mask_format": "rle"}
    return outline | ({"mask_format": "polygon"} if points else {})


def _keypoints(box: Box) -> dict[str, Any]:
    rows = [
        {"x": point.x, "y": point.y, "confidence": point.confidence}
        | {"class_id": index, "class": point.name}
        for index, point in enumerate(box.keypoints)
    ]
    return {"keypoints": rows} if rows else {}
