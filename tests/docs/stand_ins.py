"""What documents call and our tests cannot install: `inference` and `ultralytics`, with torch.

They have what the documents use of the published API and nothing else; tests/edge/test_adapters.py
looks closer.

https://inference.roboflow.com/reference/inference/core/interfaces/stream/inference_pipeline/
https://docs.ultralytics.com/reference/engine/results/
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

Image = np.ndarray[Any, Any]
CORNERS = [100.0, 80.0, 220.0, 160.0]


def picture(width: int = 1280, height: int = 720, seed: int = 0) -> Image:
    """An image as OpenCV has it, height x width x 3 of uint8."""
    noise = np.random.default_rng(seed).integers(0, 255, (height // 16, width // 16, 3), np.uint8)
    return np.ascontiguousarray(np.kron(noise, np.ones((16, 16, 1), np.uint8)))


@dataclass
class InferencePipeline:
    """Sees one frame of one camera."""

    on_prediction: Callable[[Any, Any], None]

    @classmethod
    def init(
        cls, *, model_id: str, video_reference: object, on_prediction: Callable[[Any, Any], None]
    ) -> "InferencePipeline":
        """Make one, which is not yet started."""
        assert model_id
        assert video_reference is not None
        return cls(on_prediction)

    def start(self) -> None:
        """Hand over what a model answered."""
        found = {"x": 160.0, "y": 120.0, "width": 120.0, "height": 80.0, "class": "dent"}
        response = {
            "image": {"width": 1280, "height": 720},
            "predictions": [found | {"confidence": 0.41, "class_id": 1, "detection_id": "made-up"}],
        }
        now = datetime.now(UTC)
        frame = SimpleNamespace(image=picture(), frame_id=1, frame_timestamp=now, source_id=0)
        self.on_prediction(response, frame)

    def join(self) -> None:
        """Wait until the camera ends; it has."""


@dataclass
class Results:
    """One dent, by the parts that are read of `Results`."""

    orig_img: Image = field(default_factory=picture)
    orig_shape: tuple[int, int] = (720, 1280)
    names: dict[int, str] = field(default_factory=lambda: {0: "bolt", 1: "dent"})
    masks: None = None
    keypoints: None = None

    @property
    def boxes(self) -> SimpleNamespace:
        """The columns, as tensors that are on the CPU have them."""
        columns = {"cls": [1.0], "conf": [0.41], "xyxy": [CORNERS]}
        return SimpleNamespace(**{name: np.array(rows) for name, rows in columns.items()})

    def summary(self) -> list[dict[str, object]]:
        """A dict for each object."""
        corners = dict(zip(("x1", "y1", "x2", "y2"), CORNERS, strict=True))
        return [{"name": "dent", "class": 1, "confidence": 0.41, "box": corners}]


class YOLO:
    """Calls the callbacks of one event, with itself as the predictor."""

    def __init__(self, weights: str) -> None:
        assert weights.endswith(".pt")
        self.results: list[Results] = []
        self._callbacks: list[Callable[[Any], None]] = []

    def add_callback(self, event: str, callback: Callable[[Any], None]) -> None:
        """Remember a callback of the event that our adapter is for."""
        assert event == "on_predict_postprocess_end"
        self._callbacks.append(callback)

    def predict(self, source: str) -> list[Results]:
        """See one dent."""
        assert Path(source).is_file()
        self.results = [Results()]
        for callback in self._callbacks:
            callback(self)
        return self.results


def modules() -> dict[str, ModuleType]:
    """They, by the names that documents import."""
    found = {"inference": ModuleType("inference"), "ultralytics": ModuleType("ultralytics")}
    vars(found["inference"])["InferencePipeline"] = InferencePipeline
    vars(found["ultralytics"])["YOLO"] = YOLO
    return found
