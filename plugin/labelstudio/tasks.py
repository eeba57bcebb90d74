"""A frame as a task: its image, what the Data Manager may filter and sort by, its prediction."""

from datetime import UTC
from typing import Any

from plugin.domain.draws import HashedDraw
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.domain.uncertainty import of_prediction
from plugin.formats.label_studio import encode_prediction
from plugin.labelstudio.label_configs import CONTROL, OBJECT
from plugin.labelstudio.tabs import shuffled, urgency


def prediction_of(
    settings: ProjectSettings, frame: Frame, shown: tuple[int, int]
) -> dict[str, Any] | None:
    """A frame's prediction as Label Studio draws it, None where the settings want none.

    Args:
        settings: of the project.
        frame: the frame.
        shown: width and height of the image that reviewers see, in pixels.

    Raises:
        InvalidInputError: it holds what cannot be drawn, like a mask that is none.
    """
    if not settings.persist_predictions:
        return None
    return encode_prediction(frame.prediction, CONTROL, OBJECT, settings.task_type, shown)


def task_of(
    settings: ProjectSettings, frame: Frame, address: str, drawn: dict[str, Any] | None
) -> dict[str, Any]:
    """The task for a frame whose image lies at `address`, with its prediction already drawn."""
    draw = HashedDraw(settings.seed).for_purpose("shuffle")
    data = {
        "image": address,
        "frame_id": frame.frame_id,
        "event_id": frame.event_id,
        "deployment": frame.deployment,
        "model_version": frame.prediction.model_version,
        "rule": frame.rule,
        "tags": ", ".join(frame.tags),
        "priority": frame.priority,
        "uncertainty": round(_uncertainty(frame), 4),
        # The Data Manager compares it as text: one time zone, one width.
        "captured_at": frame.captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "order": order_of(frame),
        "shuffle": shuffled(draw(frame.event_id)),
        "reviewer": "",
    }
    return {"data": data, "predictions": [drawn] if drawn else []}


def order_of(frame: Frame) -> str:
    """A frame's place in an unshuffled review: as text, the smallest comes first."""
    return urgency(frame.priority, _uncertainty(frame), frame.captured_at)


def _uncertainty(frame: Frame) -> float:
    return of_prediction(frame.prediction) or 0.0
