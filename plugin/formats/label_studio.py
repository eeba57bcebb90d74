"""Label Studio's predictions and annotations.

Label Studio gives a rectangle by its top left corner, width and height in percent (0 to 100) of the
image, and a clockwise rotation in degrees about that corner:
https://labelstud.io/guide/predictions and https://labelstud.io/tags/rectanglelabels
"""

from collections.abc import Iterable, Mapping
from math import cos, radians, sin
from typing import Any

from plugin.domain.prediction import Box, Prediction

Corners = tuple[float, float, float, float]


def encode_prediction(prediction: Prediction, control: str, target: str) -> dict[str, Any]:
    """A prediction as Label Studio imports it with a task.

    Args:
        prediction: boxes in pixels, inside the image.
        control: name of the control tag of the label config (`from_name`).
        target: name of its object tag (`to_name`).
    """
    boxes = prediction.boxes
    encoded: dict[str, Any] = {
        "model_version": prediction.model_version or "unknown",
        "result": [
            _region(f"box-{index}", box, prediction) | {"from_name": control, "to_name": target}
            for index, box in enumerate(boxes)
        ],
    }
    if boxes:
        # The least certain box: sorting by score then shows the doubtful images first.
        encoded["score"] = min(box.confidence for box in boxes)
    return encoded


def _region(region_id: str, box: Box, prediction: Prediction) -> dict[str, Any]:
    x1, y1, x2, y2 = box.xyxy
    across, down = 100 / prediction.width, 100 / prediction.height
    return {
        "id": region_id,
        "type": "rectanglelabels",
        "original_width": prediction.width,
        "original_height": prediction.height,
        "image_rotation": 0,
        "score": box.confidence,
        "value": {
            "x": x1 * across,
            "y": y1 * down,
            "width": (x2 - x1) * across,
            "height": (y2 - y1) * down,
            "rotation": 0,
            "rectanglelabels": [box.class_name],
        },
    }


def decode_annotation(result: Iterable[Mapping[str, Any]], width: int, height: int) -> Prediction:
    """What a person drew, as boxes of confidence 1 in an image of `width` x `height` pixels.

    A rotated rectangle becomes the upright one around it; regions without a label are left out.
    """
    values = [region["value"] for region in result if region.get("type") == "rectanglelabels"]
    boxes = tuple(
        Box(value["rectanglelabels"][0], 1.0, _corners(value, width, height))
        for value in values
        if value.get("rectanglelabels")
    )
    return Prediction(width, height, boxes)


def _corners(value: Mapping[str, float], width: int, height: int) -> Corners:
    left, top = value["x"] * width / 100, value["y"] * height / 100
    right, down = value["width"] * width / 100, value["height"] * height / 100
    turn = radians(value.get("rotation") or 0.0)
    c, s = cos(turn), sin(turn)
    corners = [(0.0, 0.0), (right, 0.0), (right, down), (0.0, down)]
    xs = [left + x * c - y * s for x, y in corners]
    ys = [top + x * s + y * c for x, y in corners]
    # 3 decimals: a thousandth of a pixel is below what percent coordinates can tell.
    return (
        round(max(0.0, min(xs)), 3),
        round(max(0.0, min(ys)), 3),
        round(min(float(width), max(xs)), 3),
        round(min(float(height), max(ys)), 3),
    )
