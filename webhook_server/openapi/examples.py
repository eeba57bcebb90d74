"""Examples of the document, for a project of the classes `bolt`, `dent` and `scratch`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

Example = dict[str, Any]

IMAGE = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwAQAAAACJMEGyAAAAE0lEQVR42mP8zwABTAyjjCHAAAAAHwFfK6Xn5QAA"
    "AABJRU5ErkJggg=="
)
"""A white PNG of 64 x 48 pixels, as base64."""

PREDICTION: Example = {
    "width": 64,
    "height": 48,
    "boxes": [{"class": "dent", "confidence": 0.41, "xyxy": [10, 8, 40, 30]}],
}

ROBOFLOW: Example = {
    "inference_id": "6f6bd7b8-6a3c-4a52-b0a2-6f0a1d2f6b55",
    "image": {"width": 64, "height": 48},
    "predictions": [
        {"x": 25, "y": 19, "width": 30, "height": 22, "confidence": 0.41, "class": "dent"}
    ],
}

COCO: list[Example] = [
    {"image_id": 17, "category_name": "dent", "bbox": [10, 8, 30, 22], "score": 0.41}
]


def events() -> dict[str, Example]:
    """Events as JSON."""
    return {
        "decide first": _example(
            "No image: where the event is kept, the answer says where to upload it",
            {
                "event_id": "line-3-000017",
                "timestamp": "2026-11-24T18:31:07Z",
                "model_version": "7",
                "metadata": {"shift": "late", "exposure_ms": 4},
                "prediction": PREDICTION,
            },
        ),
        "image inside": _example(
            "The image as base64",
            {
                "event_id": "line-3-000018",
                "image": {"base64": IMAGE},
                "prediction": PREDICTION,
            },
        ),
        "image by address": _example(
            "An address, fetched later, where the server allows its host (LSAL_IMAGE_HOSTS)",
            {
                "event_id": "line-3-000019",
                "image": {"url": "https://images.example.com/line-3/000019.jpg"},
                "prediction": PREDICTION,
            },
        ),
        "roboflow": _example(
            "A response of Roboflow Inference, as it is", {"prediction": ROBOFLOW}
        ),
        "coco": _example(
            "COCO results",
            {"event_id": "line-3-000020", "format": "coco", "prediction": COCO},
        ),
    }


def forms() -> dict[str, Example]:
    """Events as forms; the image is a file, and may be left out."""
    text = msgspec.json.encode(PREDICTION).decode()
    fields = {"event_id": "line-3-000021", "model_version": "7", "prediction": text}
    return {"decide first": _example("Without an image", fields)}


def lines() -> dict[str, Example]:
    """Events as NDJSON."""
    ids = ("line-3-000022", "line-3-000023")
    text = [msgspec.json.encode({"event_id": each, "prediction": PREDICTION}) for each in ids]
    return {"two events": _example("An event a line", b"\n".join(text).decode() + "\n")}


def reports(now: datetime) -> dict[str, Example]:
    """A report of what was turned away in the hour before `now`."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    counts = [
        {"hour": hour.isoformat().replace("+00:00", "Z"), "outcome": outcome, "number": number}
        for outcome, number in (("not_sampled", 107_400), ("dropped", 2))
    ]
    report = {"report_id": "line-3-0000000042", "model_version": "7", "counts": counts}
    return {"an hour": _example("An hour of one camera", report)}


def _example(said: str, value: object) -> Example:
    return {"summary": said, "value": value}
