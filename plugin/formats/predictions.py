"""Any accepted format in, one checked Prediction out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from plugin.domain.checking import clamped, faults, is_right
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats import coco, label_studio, native, reading, roboflow, supervision, ultralytics
from plugin.formats.reading import MAX_FAULTS

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Format:
    """What each format can do, with decoded JSON."""

    decode: Callable[[object, TaskType], Prediction]
    encode: Callable[[Prediction, TaskType], Any]
    recognises: Callable[[object], bool]


def _decode_native(data: object, _: TaskType) -> Prediction:
    return reading.read(data, Prediction)


def _encode_native(prediction: Prediction, _: TaskType) -> Any:  # noqa: ANN401
    return msgspec.json.decode(msgspec.json.encode(prediction))


def _is_native(data: object) -> bool:
    """Whether it is an object that none of the others recognises: an empty one is no boxes."""
    others = (each for name, each in FORMATS.items() if name != NATIVE)
    return isinstance(data, dict) and not any(each.recognises(data) for each in others)


FORMATS = {
    NATIVE: Format(_decode_native, _encode_native, _is_native),
    "roboflow": Format(roboflow.decode, roboflow.encode, roboflow.recognises),
    "ultralytics": Format(ultralytics.decode, ultralytics.encode, ultralytics.recognises),
    "coco": Format(coco.decode, coco.encode, coco.recognises),
    "supervision": Format(supervision.decode, supervision.encode, supervision.recognises),
    "label-studio": Format(label_studio.decode, label_studio.encode, label_studio.recognises),
}
"""Every format by the name that an event gives it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a project's predictions must be; `classes` is None where others are welcome."""

    task_type: TaskType
    classes: frozenset[str] | None


def expected_by(settings: ProjectSettings) -> Expected:
    """What these settings ask of predictions."""
    open_to_others = settings.unknown_classes == "keep"
    return Expected(settings.task_type, None if open_to_others else frozenset(settings.classes))


def decode_prediction(body: bytes, expected: Expected, format_name: str = "") -> Prediction:
    """Decode a prediction and check it.

    Args:
        body: JSON.
        expected: what the project asks of it.
        format_name: one of `FORMATS`; where it is empty, the format is recognised.

    Raises:
        InvalidInputError: naming every field that is wrong, box by box.
    """
    if format_name and format_name not in FORMATS:
        names = ", ".join(FORMATS)
        raise InvalidInputError(FieldError("format", format_name[:80], f"one of {names}"))
    if format_name == NATIVE:
        return checked(native.decode(body), expected)
    if format_name:
        prediction = FORMATS[format_name].decode(_json(body), expected.task_type)
        return checked(prediction, expected)
    return checked(_recognised(body, expected.task_type), expected)


def _recognised(body: bytes, task_type: TaskType) -> Prediction:
    """Native first, straight into its type: so is most traffic, and it costs the least."""
    try:
        prediction = native.decode(body)
    except InvalidInputError as error:
        return _foreign(body, task_type, error)
    if prediction.boxes or prediction.labels or prediction.scores or prediction.stub:
        return prediction
    # Nothing in it: nothing was seen, or a foreign object had none of our fields.
    data = _json(body)
    return next((f.decode(data, task_type) for f in _recognising(data)), prediction)


def _foreign(body: bytes, task_type: TaskType, error: InvalidInputError) -> Prediction:
    """What is not ours may be another's; where it is nobody's, our own error says most."""
    try:
        data = _json(body)
    except InvalidInputError:
        raise error from None
    if data == []:
        expected = "the name of its format: an empty list may be of any"
        raise InvalidInputError(FieldError(reading.ROOT, "[]", expected))
    for found in _recognising(data):
        return found.decode(data, task_type)
    raise error


def _recognising(data: object) -> list[Format]:
    return [each for name, each in FORMATS.items() if name != NATIVE and each.recognises(data)]


def _json(body: bytes) -> object:
    try:
        decoded: object = msgspec.json.decode(body)
    except reading.UNREADABLE as error:
        raise InvalidInputError(FieldError(reading.ROOT, None, f"JSON ({error})")) from None
    return decoded


def checked(prediction: Prediction, expected: Expected) -> Prediction:
    """A prediction that is right, with what overshoots its image a little cut off.

    Raises:
        InvalidInputError: naming every field that is wrong, box by box.
    """
    if is_right(prediction, expected.task_type, expected.classes):
        return prediction
    found = tuple(faults(prediction, expected.task_type, expected.classes))
    if found:
        raise InvalidInputError(*found[:MAX_FAULTS])
    return clamped(prediction)
