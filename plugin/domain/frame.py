"""A frame: an event that was kept, on its way from the spool into Label Studio and back."""

from datetime import datetime
from hashlib import blake2b

import msgspec

from plugin.domain.prediction import Prediction


def frame_id(project: str, event_id: str) -> str:
    """The id of an event's frame, the same at every step and everywhere (32 hex digits)."""
    return blake2b(f"{project}\0{event_id}".encode(), digest_size=16).hexdigest()


class ImageInfo(msgspec.Struct, frozen=True):
    """What is known of a stored image; `width` and `height` in pixels, upright."""

    key: str
    content_type: str
    sha256: str
    width: int
    height: int
    size: int


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kept event. Written once as readable JSON; what changes lies beside it."""

    frame_id: str
    project: str
    event_id: str
    deployment: str
    captured_at: datetime
    received_at: datetime
    period: str
    image: ImageInfo
    prediction: Prediction
    rule: str = ""
    reason: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 0
    metadata: dict[str, str | int | float | bool | None] = {}
    settings_version: int = 0
    format: int = 1


class ImportedFrame(msgspec.Struct, frozen=True):
    """A frame that is a task in Label Studio."""

    frame: Frame
    batch: str
    task_id: int
    imported_at: datetime


class FailedFrame(msgspec.Struct, frozen=True):
    """A frame that could not be imported, with the error that a person should read."""

    frame: Frame
    error: str
    failed_at: datetime
