"""A real object detector on the CPU: SSD-MobileNetV2, Open Images v4, 23 classes, 300 x 300 input.

Where the formulas come from:

- anchors ("default boxes"): Liu et al., SSD: Single Shot MultiBox Detector, section 2.2
  (https://arxiv.org/abs/1512.02325), with the layout of MediaPipe's
  `ssd_anchors_calculator.cc` (option `reduce_boxes_in_lowest_layer`);
- box coding: the same paper's equation 2, after Faster R-CNN, with the variances that the
  TensorFlow Object Detection API trains with (10 for centres, 5 for sizes).
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from plugin.demo.camera import Shot
from plugin.demo.model_files import CLASSES, MODEL_NAME, DetectorUnavailable, read_checked

Floats = NDArray[np.float32]

INPUT_SIDE = 300
STRIDES = (16, 32, 64, 128, 256, 512)
MIN_SCALE, MAX_SCALE = 0.2, 0.95
ASPECT_RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
CENTRE_VARIANCE, SIZE_VARIANCE = 10.0, 5.0
MIN_SIDE = 1.0
"""Pixels; what clipping leaves thinner than this is no object any more."""

THREADS = 2


@dataclass(frozen=True, slots=True)
class Detected:
    """One object: its class, its confidence (0 to 1), its corners (pixels, xyxy)."""

    label: str
    confidence: float
    xyxy: tuple[float, float, float, float]


class Detector:
    """The model, loaded once. It keeps state while it runs: one `Detector` for each thread."""

    def __init__(self, folder: Path, *, threshold: float = 0.25, max_overlap: float = 0.5) -> None:
        """Load the model.

        Args:
            folder: what `fetch_model` returned.
            threshold: confidence (0 to 1) below which a box is dropped.
            max_overlap: IoU (0 to 1) above which the weaker of two boxes of a class is dropped.

        Raises:
            DetectorUnavailable: the model is missing or differs, or ai_edge_litert is missing.
        """
        self._threshold = threshold
        self._max_overlap = max_overlap
        self._anchors = ssd_anchors()
        self._interpreter = _interpreter(read_checked(folder / MODEL_NAME))
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = {out["name"]: out["index"] for out in self._interpreter.get_output_details()}
        self._boxes = outputs["raw_outputs/box_encodings"]
        self._logits = outputs["raw_outputs/class_predictions"]

    def predict(self, image: Image.Image) -> list[Detected]:
        """Find objects in an image of any mode and size.

        Returns:
            The objects, most confident first; corners in pixels of `image`, clipped inside it.
        """
        small = image.convert("RGB").resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BILINEAR)
        pixels = np.asarray(small, dtype=np.float32) / 127.5 - 1.0
        self._interpreter.set_tensor(self._input, pixels[np.newaxis])
        self._interpreter.invoke()
        encoded = self._interpreter.get_tensor(self._boxes)[0]
        logits = self._interpreter.get_tensor(self._logits)[0, :, 1:]  # without the background
        return self._decode(encoded, logits, image.size)

    def detect(self, shot: Shot) -> list[Detected]:
        """Find objects in a shot of the camera, as `predict` does."""
        with Image.open(BytesIO(shot.jpeg)) as image:
            return self.predict(image)

    def _decode(self, encoded: Floats, logits: Floats, size: tuple[int, int]) -> list[Detected]:
        classes = logits.argmax(axis=1)
        scores = sigmoid(logits.max(axis=1))
        # Nearly all of the 1,917 anchors end here, so that the rest costs next to nothing.
        likely = np.flatnonzero(scores >= self._threshold)
        classes, scores = classes[likely], scores[likely]
        boxes = decode_boxes(encoded[likely], self._anchors[likely])
        boxes = boxes.clip(0.0, 1.0) * np.array([*size, *size], dtype=np.float32)
        keep = non_max_suppression(boxes, scores, classes, self._max_overlap)
        return [
            Detected(CLASSES[label], score, (x1, y1, x2, y2))
            for label, score, (x1, y1, x2, y2) in zip(
                classes[keep].tolist(), scores[keep].tolist(), boxes[keep].tolist(), strict=True
            )
            if x2 - x1 >= MIN_SIDE and y2 - y1 >= MIN_SIDE
        ]


def _interpreter(model: bytes) -> Any:  # noqa: ANN401 - ai_edge_litert carries no types
    try:
        # Here and not above: the package is optional, and recorded predictions do without it.
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415
    except ImportError as error:
        raise DetectorUnavailable(f"ai_edge_litert cannot be imported ({error})") from error
    interpreter = Interpreter(model_content=model, num_threads=THREADS)
    interpreter.allocate_tensors()
    return interpreter


def ssd_anchors() -> Floats:
    """The anchors of all six layers as (1917, 4): centre x, centre y, width, height, 0 to 1.

    Layer k of m has scale s_k = s_min + (s_max - s_min) k / (m - 1); an anchor of aspect ratio a
    is s_k sqrt(a) wide and s_k / sqrt(a) high. The first layer is cut down to three anchors a
    cell, the others have one more of the scale between theirs and the next.
    """
    scales = [*np.linspace(MIN_SCALE, MAX_SCALE, len(STRIDES)), 1.0]
    layers = []
    for index, stride in enumerate(STRIDES):
        scale, between = scales[index], np.sqrt(scales[index] * scales[index + 1])
        shapes = [(ratio, scale) for ratio in ASPECT_RATIOS] + [(1.0, between)]
        if index == 0:
            shapes = [(1.0, 0.1), (2.0, scale), (0.5, scale)]
        layers.append(_layer_anchors(-(-INPUT_SIDE // stride), shapes))
    return np.concatenate(layers)


def _layer_anchors(side: int, shapes: list[tuple[float, float]]) -> Floats:
    """One layer of `side` x `side` cells, row by row, each with all (aspect ratio, scale)."""
    centres = (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(centres, centres, indexing="ij")
    ratios, scales = np.array(shapes).T
    cells = np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), len(shapes), axis=0)
    sizes = np.tile(np.stack([scales * np.sqrt(ratios), scales / np.sqrt(ratios)], 1), (side**2, 1))
    anchors: Floats = np.concatenate([cells, sizes], axis=1).astype(np.float32)
    return anchors


def decode_boxes(encoded: Floats, anchors: Floats) -> Floats:
    """Turn what the network says about each anchor into corners.

    Args:
        encoded: (n, 4) offsets y, x, height, width, in the order and scaling of training.
        anchors: (n, 4) as `ssd_anchors` makes them.

    Returns:
        (n, 4) xyxy in the anchors' units, not clipped.
    """
    centres = encoded[:, [1, 0]] / CENTRE_VARIANCE * anchors[:, 2:] + anchors[:, :2]
    halves = np.exp(encoded[:, [3, 2]] / SIZE_VARIANCE) * anchors[:, 2:] / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)


def non_max_suppression(
    boxes: Floats, scores: Floats, classes: NDArray[np.intp], max_overlap: float
) -> NDArray[np.intp]:
    """Indices of the boxes to keep, best first: greedy, each class on its own.

    Args:
        boxes: (n, 4) xyxy.
        scores: (n,), higher is better.
        classes: (n,) class numbers.
        max_overlap: IoU above which the weaker box of the same class goes.
    """
    order = np.argsort(-scores, kind="stable")
    same_class = classes[order, np.newaxis] == classes[order]
    rivals = (box_iou(boxes[order]) > max_overlap) & same_class
    keep = np.ones(len(order), dtype=np.bool_)
    for rank in range(len(order)):
        if keep[rank]:
            keep[rank + 1 :] &= ~rivals[rank, rank + 1 :]
    return order[keep]


def box_iou(boxes: Floats) -> Floats:
    """Intersection over union of each with each: (n, 4) xyxy to (n, n), 0 for empty boxes."""
    top_left = np.maximum(boxes[:, np.newaxis, :2], boxes[:, :2])
    bottom_right = np.minimum(boxes[:, np.newaxis, 2:], boxes[:, 2:])
    shared = (bottom_right - top_left).clip(0.0).prod(axis=-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    union = areas[:, np.newaxis] + areas - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), by way of tanh, which cannot overflow."""
    probabilities: Floats = 0.5 + 0.5 * np.tanh(0.5 * logits)
    return probabilities
