"""The fields of Roboflow Inference's `active_learning` configuration, and what each may hold.

https://github.com/roboflow/inference/blob/main/inference/core/active_learning/README.md
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.fields import ClassName, Tag, Whole
from plugin.domain.prediction import TaskType

KINDS = ("random", "close_to_threshold", "classes_based", "detections_number_based")
"""The types of strategies there are."""

MAX_TAGS = 20
"""Tags that a rule of ours may have."""

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Side = Annotated[int, Field(ge=16, le=16_384)]


class _Foreign(BaseModel):
    # What we do not know is named to the reader, not refused: the platform adds fields of its own.
    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    def unknown(self, at: str = "") -> Iterator[str]:
        """Yield the paths of the fields that mean nothing to us."""
        yield from (f"{at}{name}" for name in self.model_extra or ())


class Limit(_Foreign):
    """How many images at most in a minute, an hour or a day."""

    type: Literal["minutely", "hourly", "daily"]
    value: Whole


class _Strategy(_Foreign):
    name: Annotated[str, Field(min_length=1)]
    limits: list[Limit] = []
    tags: list[Tag] = []


class Random(_Strategy):
    """A share of everything."""

    type: Literal["random"]
    traffic_percentage: _Share


class CloseToThreshold(_Strategy):
    """Confidences around a threshold."""

    type: Literal["close_to_threshold"]
    probability: _Share
    threshold: _Share
    epsilon: _Share
    selected_class_names: list[ClassName] | None = None
    only_top_classes: bool = True
    minimum_objects_close_to_threshold: Whole = 1


class ClassesBased(_Strategy):
    """Classes that were predicted."""

    type: Literal["classes_based"]
    probability: _Share
    selected_class_names: list[ClassName]


class DetectionsNumberBased(_Strategy):
    """How many boxes there are."""

    type: Literal["detections_number_based"]
    probability: _Share
    selected_class_names: list[ClassName] | None = None
    more_than: Whole | None = None
    less_than: Whole | None = None

    @field_validator("less_than")
    @classmethod
    def _leaves_room(cls, value: int | None, info: ValidationInfo) -> int | None:
        lowest = info.data.get("more_than")
        if value is not None and lowest is not None and value <= lowest + 1:
            raise ValueError(f"at least {lowest + 2}: no number lies between it and {lowest}")
        return value


Strategy = Annotated[
    Random | CloseToThreshold | ClassesBased | DetectionsNumberBased, Field(discriminator="type")
]


class Batching(_Foreign):
    """When a new batch is begun, and its name."""

    batches_name_prefix: str
    recreation_interval: Literal["never", "daily", "weekly", "monthly"]
    max_batch_images: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Configuration(_Foreign):
    """The whole of it."""

    enabled: StrictBool = False
    persist_predictions: bool
    sampling_strategies: list[Strategy] = Field(min_length=1, max_length=100)
    batching_strategy: Batching
    max_image_size: list[_Side] | None = Field(default=None, min_length=2, max_length=2)
    jpeg_compression_level: Annotated[int, Field(ge=1, le=100)] = 95
    tags: list[Tag] = []


class _SwitchedOff(Configuration):
    """`{"enabled": false}` alone is complete."""

    persist_predictions: bool = True
    sampling_strategies: list[Strategy] = Field(default=[], max_length=100)
    batching_strategy: Batching = Batching(batches_name_prefix="", recreation_interval="daily")


def read(config: object, *others: FieldError) -> Configuration:
    """Read a decoded configuration.

    Raises:
        InvalidInputError: naming everything that is wrong, and `others` that were found before.
    """
    off = isinstance(config, dict) and config.get("enabled", False) is False
    try:
        found = (_SwitchedOff if off else Configuration).model_validate(config)
    except ValidationError as error:
        raise InvalidInputError(*field_errors(error), *others) from None
    if others:
        raise InvalidInputError(*others)
    return found


def field_errors(error: ValidationError) -> Iterator[FieldError]:
    """Yield pydantic's errors as ours, with paths like `sampling_strategies[2].probability`."""
    for detail in error.errors():
        path, value = _path(detail["loc"]), detail["input"]
        if detail["type"].startswith("union_tag"):
            path, value = f"{path}.type", value.get("type") if isinstance(value, dict) else value
        elif detail["type"] == "missing":
            value = None
        yield FieldError(path, value, _expected(detail))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in KINDS:  # pydantic puts the type of a strategy into the path
            path += f".{part}"
    return path.removeprefix(".") or "configuration"


def _expected(detail: ErrorDetails) -> str:
    if detail["type"].startswith("union_tag"):
        return "one of " + ", ".join(KINDS)
    if detail["type"] == "missing":
        return "a value: it is required"
    if detail["type"] == "model_type":
        return "a JSON object"
    return detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def prefix(config: object) -> str:
    """The prefix of the batches' names, empty where it is missing."""
    batching = config.get("batching_strategy") if isinstance(config, dict) else None
    prefix = batching.get("batches_name_prefix") if isinstance(batching, dict) else None
    return prefix if isinstance(prefix, str) else ""


def _strategies(config: object) -> list[dict[str, Any]]:
    found = config.get("sampling_strategies") if isinstance(config, dict) else None
    items = found if isinstance(found, list) else []
    return [each if isinstance(each, dict) else {} for each in items]


def selected(config: object) -> Iterator[tuple[str, str]]:
    """Yield the classes that strategies select, each with its path."""
    for index, strategy in enumerate(_strategies(config)):
        names = strategy.get("selected_class_names")
        for position, name in enumerate(names if isinstance(names, list) else []):
            if isinstance(name, str):
                yield f"sampling_strategies[{index}].selected_class_names[{position}]", name


def faults_between(
    config: object, task_type: TaskType, classes: Sequence[str]
) -> Iterator[FieldError]:
    """Yield what no single field shows, whatever else is wrong."""
    strategies = _strategies(config)
    names = [strategy.get("name") for strategy in strategies]
    for index, strategy in enumerate(strategies):
        path = f"sampling_strategies[{index}]"
        if names[index] is not None and names[index] in names[:index]:
            yield FieldError(f"{path}.name", names[index], "a name of its own")
        if strategy.get("type") == "detections_number_based" and not task_type.has_boxes:
            expected = f"another in {task_type}, which has no boxes; there it never matched"
            yield FieldError(f"{path}.type", strategy["type"], expected)
        if len(tags := _tags(config) + _tags(strategy)) > MAX_TAGS:
            yield FieldError(f"{path}.tags", tags, f"{MAX_TAGS} at most, with those of all")
    for path, name in selected(config) if classes else ():
        if name not in classes:
            yield FieldError(path, name, "one of the classes: " + ", ".join(classes))


def _tags(value: object) -> list[Any]:
    tags = value.get("tags") if isinstance(value, dict) else None
    return tags if isinstance(tags, list) else []
