"""Record what the real detector says about the camera's first shots.

Run it again after a change to the camera or the detector:

    .venv/bin/python scripts/record_predictions.py
"""

import os
from pathlib import Path

from plugin.demo.camera import shots
from plugin.demo.detector import Detector
from plugin.demo.model_files import fetch_model
from plugin.demo.recorded import RECORDING, recording_line

COUNT = 300
REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write the recording anew, one line a shot."""
    cache = Path(os.environ.get("LSAL_CACHE_DIR", REPOSITORY / ".cache"))
    detector = Detector(fetch_model(cache))
    stream = shots(cache / "photos" / "skimage" / "data", COUNT)
    lines = [recording_line(shot, detector.detect(shot)) for shot in stream]
    RECORDING.write_bytes(b"\n".join(lines) + b"\n")
    size = RECORDING.stat().st_size / 1000
    print(f"{len(lines)} shots, {size:.0f} kB: {RECORDING}")  # noqa: T201 - a script reports


if __name__ == "__main__":
    main()
