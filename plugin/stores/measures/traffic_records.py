"""A recorded event in JSON: what conditions look at and nothing else, in columns.

A tenth of the prediction that was posted: no corners, no outlines, no image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from plugin.domain.prediction import XYXY, Box, Label, Prediction

NOWHERE: XYXY = (0.0, 0.0, 0.0, 0.0)
"""The corners of every recorded box: no condition looks at them."""

Scores = dict[str, float] | None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event of a sample, and the number of events that it stands for (at least 1).

    `at` is when it came, `classes` are all that were seen in it. Its prediction has neither
    corners nor outlines.
    """

    event_id: str
    at: datetime
    weight: float
    prediction: Prediction
    classes: frozenset[str]


class _Record(msgspec.Struct, array_like=True, frozen=True, gc=False, omit_defaults=True):
    event_id: str
    at: float
    weight: float
    classes: list[str]
    numbers: list[int]
    """Per box or label: which of the classes it is of."""
    confidences: list[float]
    boxes: bool = True
    stub: bool = False
    scores: Scores = None
    box_scores: list[Scores] = []


_decoder = msgspec.json.Decoder(_Record)


def encode_record(event_id: str, at: datetime, weight: float, prediction: Prediction) -> bytes:
    """An event as it is recorded."""
    units = prediction.boxes or prediction.labels
    numbers = {name: place for place, name in enumerate({unit.class_name: 0 for unit in units})}
    record = _Record(
        event_id=event_id,
        at=at.timestamp(),
        weight=weight,
        classes=list(numbers),
        numbers=[numbers[unit.class_name] for unit in units],
        confidences=[unit.confidence for unit in units],
        boxes=bool(prediction.boxes),
        stub=prediction.stub,
        scores=prediction.scores,
        box_scores=_box_scores(prediction.boxes),
    )
    return msgspec.json.encode(record)


def decode_record(data: str | bytes) -> RecordedEvent:
    """A recorded event.

    Raises:
        msgspec.MsgspecError: it is none, or of another release.
    """
    try:
        return _event(_decoder.decode(data))
    except (RecursionError, LookupError, ValueError, OverflowError, OSError) as error:
        raise msgspec.ValidationError(f"columns that do not fit together: {error}") from error


def _event(record: _Record) -> RecordedEvent:
    names = [record.classes[number] for number in record.numbers]
    seen = list(zip(names, record.confidences, strict=True))
    prediction = Prediction(
        boxes=_boxes(seen, record.box_scores) if record.boxes else (),
        labels=() if record.boxes else tuple(Label(*each) for each in seen),
        scores=record.scores,
        stub=record.stub,
    )
    at = datetime.fromtimestamp(record.at, UTC)
    return RecordedEvent(
        record.event_id, at, record.weight, prediction, frozenset(record.classes)
    )  # fmt: skip


def _box_scores(boxes: Sequence[Box]) -> list[Scores]:
    scores = [box.scores for box in boxes]
    return scores if any(scores) else []


def _boxes(seen: Sequence[tuple[str, float]], scores: Sequence[Scores]) -> tuple[Box, ...]:
    if not scores:
        return tuple([Box(name, confidence, NOWHERE) for name, confidence in seen])
    return tuple(
        Box(name, confidence, NOWHERE, scores=each)
        for (name, confidence), each in zip(seen, scores, strict=True)
    )
