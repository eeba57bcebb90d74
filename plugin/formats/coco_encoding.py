"""Our predictions as COCO's results; see `coco` for the format."""

from typing import Any

from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.formats.reading import class_ids, refuse_labels


def encode(prediction: Prediction, task_type: TaskType) -> dict[str, Any]:
    """A prediction as a data set of one image, with its categories and their keypoints.

    What has no place there is left out: a box's scores, and its polygon where it has a mask.

    Raises:
        InvalidInputError: COCO's results know no classification.
    """
    refuse_labels(task_type, "COCO")
    boxes = prediction.boxes
    ids = {name: index + 1 for name, index in class_ids(b.class_name for b in boxes).items()}
    points = {name: _points_of(name, boxes) for name in ids}
    return {
        "images": [{"id": 1, "width": prediction.width, "height": prediction.height}],
        "categories": [
            {"id": ids[name], "name": name} | ({"keypoints": points[name]} if points[name] else {})
            for name in ids
        ],
        "annotations": [
            _result(box, points[box.class_name])
            | {"id": index, "image_id": 1, "category_id": ids[box.class_name]}
            for index, box in enumerate(boxes, start=1)
        ],
    }


def _points_of(class_name: str, boxes: tuple[Box, ...]) -> list[str]:
    """The names of the keypoints of a class, in the order in which they come."""
    own = (box.keypoints for box in boxes if box.class_name == class_name)
    return list(dict.fromkeys(point.name for points in own for point in points))


def _result(box: Box, names: list[str]) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    width, height = x2 - x1, y2 - y1
    result: dict[str, Any] = {
        "bbox": [x1, y1, width, height],
        "area": width * height,
        "iscrowd": 0,
        "score": box.confidence,
    }
    if box.mask:
        result["segmentation"] = {"size": list(box.mask.size), "counts": box.mask.counts}
    elif box.polygon:
        result["segmentation"] = [[number for point in box.polygon for number in point]]
    if box.keypoints:
        found = {point.name: [point.x, point.y, point.confidence] for point in box.keypoints}
        rows = [found.get(name, [0.0, 0.0, 0.0]) for name in names]
        result["keypoints"] = [number for row in rows for number in row]
        result["num_keypoints"] = len(box.keypoints)
    return result
