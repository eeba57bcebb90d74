"""Any accepted format in, one checked Prediction out."""

from dataclasses import dataclass

from plugin.domain.checking import clamped, faults
from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats import native

MAX_FAULTS = 100
"""Faults that are named at most; a thousand wrong boxes need no thousand sentences."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a project's predictions must be; `classes` is None where others are welcome."""

    task_type: TaskType
    classes: frozenset[str] | None


def expected_by(settings: ProjectSettings) -> Expected:
    """What these settings ask of predictions."""
    open_to_others = settings.unknown_classes == "keep"
    return Expected(settings.task_type, None if open_to_others else frozenset(settings.classes))


def decode_prediction(body: bytes, expected: Expected) -> Prediction:
    """Decode a prediction and check it.

    Raises:
        InvalidInputError: naming every field that is wrong, box by box.
    """
    return checked(native.decode(body), expected)


def checked(prediction: Prediction, expected: Expected) -> Prediction:
    """A prediction that is right, with what overshoots its image a little cut off.

    Raises:
        InvalidInputError: naming every field that is wrong, box by box.
    """
    found = tuple(faults(prediction, expected.task_type, expected.classes))
    if found:
        raise InvalidInputError(*found[:MAX_FAULTS])
    return clamped(prediction)
