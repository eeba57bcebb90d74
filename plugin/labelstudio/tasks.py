"""A frame as a task: its image, what the Data Manager may filter and sort by, its prediction."""

from typing import Any

from plugin.domain.draws import HashedDraw
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.domain.uncertainty import of_prediction
from plugin.formats.label_studio import encode_prediction
from plugin.labelstudio.label_configs import CONTROL, OBJECT
from plugin.labelstudio.tabs import shuffled, urgency


def task_of(settings: ProjectSettings, frame: Frame, address: str) -> dict[str, Any]:
    """The task that is imported for a frame whose image Label Studio finds at `address`."""
    draw = HashedDraw(settings.seed).for_purpose("shuffle")
    prediction = frame.prediction
    data = {
        "image": address,
        "frame_id": frame.frame_id,
        "event_id": frame.event_id,
        "deployment": frame.deployment,
        "model_version": prediction.model_version,
        "rule": frame.rule,
        "tags": ", ".join(frame.tags),
        "priority": frame.priority,
        "uncertainty": round(_uncertainty(frame), 4),
        "captured_at": frame.captured_at.isoformat(),
        "order": order_of(frame),
        "shuffle": shuffled(draw(frame.event_id)),
        "reviewer": "",
    }
    if not settings.persist_predictions:
        return {"data": data}
    return {"data": data, "predictions": [encode_prediction(prediction, CONTROL, OBJECT)]}


def order_of(frame: Frame) -> str:
    """A frame's place in an unshuffled review: as text, the smallest comes first."""
    return urgency(frame.priority, _uncertainty(frame), frame.captured_at)


def _uncertainty(frame: Frame) -> float:
    return of_prediction(frame.prediction) or 0.0
