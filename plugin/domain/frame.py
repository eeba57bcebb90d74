"""A frame: an event that was kept, on its way from the spool into Label Studio and back."""

import re
from datetime import datetime
from hashlib import blake2b

import msgspec

from plugin.domain.prediction import Prediction

_FRAME_ID = re.compile(r"[0-9a-f]{32}")


def is_frame_id(text: str) -> bool:
    """Whether a text is the id of a frame: those in Label Studio's tasks may be anybody's."""
    return _FRAME_ID.fullmatch(text) is not None


def frame_id(project: str, event_id: str) -> str:
    """The id of an event's frame, the same at every step and everywhere (32 hex digits)."""
    return blake2b(f"{project}\0{event_id}".encode(), digest_size=16).hexdigest()


class ImageInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a stored image; `width` and `height` in pixels, upright.

    `look` is its perceptual hash in 16 hex digits, where near-duplicates were looked for.
    """

    key: str
    content_type: str
    sha256: str
    width: int
    height: int
    size: int
    look: str = ""


NO_IMAGE = ImageInfo(key="", content_type="", sha256="", width=0, height=0, size=0)
"""Of a frame whose image is yet to come."""


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kept event. Written once as readable JSON; what changes lies beside it.

    `digest` is what its event is remembered by; "" in records of before it was kept.
    """

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
    digest: str = ""


def described(frame: Frame) -> dict[str, str]:
    """What a line in the log says of a frame."""
    return {
        "project": frame.project,
        "frame_id": frame.frame_id,
        "event_id": frame.event_id,
        "deployment": frame.deployment,
        "rule": frame.rule,
    }


class Reservation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frame that was kept before its image was there, with the budget that it holds.

    The image is uploaded by the deployment, or fetched by us where it gave an `address`. What is
    not there by `expires_at` gives its budget back; `digest` is what the event is remembered by.
    After `tries` that failed, the next is due at `retry_at`.
    """

    frame: Frame
    digest: str
    expires_at: datetime
    address: str = ""
    tries: int = 0
    retry_at: datetime | None = None


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
