"""Small made-up inputs that tests share."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from plugin.domain.settings import ProjectSettings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CLASSES = ("bolt", "dent", "scratch")


def jpeg(width: int = 320, height: int = 240, seed: int = 0, **options: Any) -> bytes:
    """A JPEG with some structure in it, another one for every seed."""
    noise = np.random.default_rng(seed).integers(0, 255, (height // 16, width // 16, 3), np.uint8)
    image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    out = BytesIO()
    image.save(out, "JPEG", quality=85, **options)
    return out.getvalue()


def box(class_name: str = "dent", confidence: float = 0.41, **changes: Any) -> dict[str, Any]:
    """A box in the native format."""
    return {"class": class_name, "confidence": confidence, "xyxy": [32, 24, 96, 72]} | changes


def prediction(*boxes: dict[str, Any], width: int = 320, height: int = 240) -> dict[str, Any]:
    """A prediction in the native format."""
    return {"width": width, "height": height, "boxes": list(boxes)}


def settings(**changes: Any) -> ProjectSettings:
    """Settings that keep every dent below 60 %."""
    rule = {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}}
    return ProjectSettings.model_validate(
        {"project": "parts", "classes": CLASSES, "rules": [rule]} | changes
    )


def encoded(value: object) -> str:
    """JSON as text."""
    return msgspec.json.encode(value).decode()
