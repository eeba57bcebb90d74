"""What the real detector said about the camera's first shots, for machines that cannot run it."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from plugin.demo.camera import Shot
from plugin.demo.detector import Detected

RECORDING = Path(__file__).with_name("recorded_predictions.jsonl")
"""Made by `scripts/record_predictions.py`."""


class RecordedBox(msgspec.Struct, frozen=True):
    """One object, with `confidence` to 4 decimals and `xyxy` (pixels) to 1."""

    label: str = msgspec.field(name="class")
    confidence: float
    xyxy: tuple[float, float, float, float]


class RecordedShot(msgspec.Struct, frozen=True):
    """One line of the recording: a shot's number, its size in pixels, what was seen in it."""

    number: int
    width: int
    height: int
    boxes: tuple[RecordedBox, ...]


class RecordedDetector:
    """Answers like the real detector, from a recording, by the number of the shot."""

    def __init__(self, recording: Path = RECORDING) -> None:
        """Read a recording.

        Raises:
            FileNotFoundError: there is none.
            msgspec.DecodeError: a line is not a `RecordedShot`.
        """
        shots = msgspec.json.Decoder(RecordedShot).decode_lines(recording.read_bytes())
        self._shots = {shot.number: shot for shot in shots}

    def __len__(self) -> int:
        """How many shots are recorded, from number 0 on."""
        return len(self._shots)

    def detect(self, shot: Shot) -> list[Detected]:
        """The recorded objects of a shot, most confident first; corners in its pixels (xyxy).

        Raises:
            LookupError: nothing is recorded for this shot, or for one of this size.
        """
        recorded = self._shots.get(shot.number)
        if recorded is None:
            raise LookupError(f"shot {shot.number} is not among the {len(self)} recorded ones")
        if (recorded.width, recorded.height) != (shot.width, shot.height):
            raise LookupError(f"shot {shot.number} was recorded with another size")
        return [Detected(box.label, box.confidence, box.xyxy) for box in recorded.boxes]


def recording_line(shot: Shot, detected: Iterable[Detected]) -> bytes:
    """One line of a recording, without the line break."""
    boxes = tuple(map(_rounded, detected))
    return msgspec.json.encode(RecordedShot(shot.number, shot.width, shot.height, boxes))


def _rounded(found: Detected) -> RecordedBox:
    left, top, right, bottom = (round(corner, 1) for corner in found.xyxy)
    return RecordedBox(found.label, round(found.confidence, 4), (left, top, right, bottom))
