"""Settings of a project: one typed, immutable value.

pydantic is their codec: it reports every error at once, each with its path, and settings are read
seldom, so its speed does not matter here.
"""

from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from plugin.domain import contradictions
from plugin.domain.fields import (
    Cap,
    ClassName,
    Duration,
    Name,
    Number,
    Share,
    Tag,
    Value,
    Whole,
    did_you_mean,
    refusal,
    refuse,
)
from plugin.domain.prediction import TaskType
from plugin.domain.retrain_settings import RetrainSettings
from plugin.domain.review_settings import MAX_INSTRUCTIONS, ReviewSettings
from plugin.domain.training_settings import TrainingSetSettings

MAX_CLASSES = 1000
MAX_RULES = 100


class Limits(Value):
    """How many frames at most in a clock-aligned minute, hour and day; none where absent."""

    per_minute: Cap | None = None
    per_hour: Cap | None = None
    per_day: Cap | None = None


class Confidence(Value):
    """A band of confidence: every bound given must hold."""

    above: Share | None = None
    at_least: Share | None = None
    below: Share | None = None
    at_most: Share | None = None

    @model_validator(mode="after")
    def _can_hold(self, info: ValidationInfo) -> Self:
        refuse("Confidence", contradictions.of_confidence(self), info.context)
        return self


class Count(Value):
    """A band of how many there are: every bound given must hold."""

    more_than: Whole | None = None
    at_least: Whole | None = None
    less_than: Whole | None = None
    at_most: Whole | None = None

    @model_validator(mode="after")
    def _can_hold(self, info: ValidationInfo) -> Self:
        refuse("Count", contradictions.of_count(self), info.context)
        return self


class Near(Value):
    """Closeness to a threshold: |confidence - threshold| < margin."""

    threshold: Share
    margin: Share


class Uncertainty(Value):
    """How unsure the model is: a measure over the boxes or labels, above a value (0 to 1).

    `margin` and `entropy` need the scores of all classes; without them they say nothing.
    """

    measure: Literal["least_confidence", "margin", "entropy"] = "least_confidence"
    above: Share
    aggregate: Literal["max", "mean"] = "max"


class When(Value):
    """A condition on one prediction; everything given must hold.

    It looks at the boxes of the named classes (all, where none is named); in classification at the
    labels, or with `top_only: false` at every class that has a score. `at_least` of them must lie
    in the band of `confidence` and `near`: 1 unless said, and 0 where only `count`, `uncertainty`
    or `empty` are given, which look at all of them together.
    """

    confidence: Confidence | None = None
    near: Near | None = None
    classes: tuple[ClassName, ...] | None = Field(default=None, max_length=MAX_CLASSES)
    at_least: Whole = 1
    count: Count | None = None
    uncertainty: Uncertainty | None = None
    empty: bool | None = None
    top_only: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:  # noqa: ANN401  as it was written
        """Settle `at_least` here: the value alone must say what it means, also when read again."""
        if isinstance(given, dict) and "at_least" not in given and any(_asks(given)):
            return given | {"at_least": _usual(given)}
        return given

    @model_serializer(mode="wrap")
    def _leave_out_usual(
        self, write: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        if info.exclude_defaults:
            written.pop("at_least", None)
            if not any(_asks(vars(self))) or self.at_least != _usual(vars(self)):
                written["at_least"] = self.at_least
        return written

    @model_validator(mode="after")
    def _can_hold(self, info: ValidationInfo) -> Self:
        refuse("When", contradictions.of_when(self), info.context)
        return self

    @property
    def asks_for_boxes(self) -> bool:
        """Whether some number of single boxes or labels must lie in a band or be of a class."""
        return self.at_least > 0


def _asks(when: dict[str, Any]) -> list[bool]:
    kinds = ("confidence", "near", "classes", "count", "uncertainty", "empty")
    return [when.get(kind) is not None for kind in kinds]


def _usual(when: dict[str, Any]) -> int:
    """What `at_least` is unless said."""
    confidence, near, _, *together = _asks(when)
    return int(confidence or near or not any(together))


class Rule(Value):
    """A reason to keep a frame, with a sampling rate and caps of its own.

    Without `when` it matches everything: a random sample.
    """

    name: Name
    when: When | None = None
    sampling_rate: Share = 1.0
    limits: Limits = Limits()
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    priority: Number = Field(default=0, ge=-1000, le=1000)


class NearDuplicates(Value):
    """Frames that look like one kept within a time are not kept.

    `distance` is the number of the 64 bits of a perceptual hash that may differ.
    """

    within: Duration
    distance: Number = Field(default=4, ge=0, le=32)


class ImageSettings(Value):
    """How large an image may be in Label Studio (pixels), and how it is compressed when scaled.

    Metadata (EXIF with its position, XMP, comments) is dropped when an image is taken in, unless
    `keep_metadata` says otherwise.
    """

    max_width: Number = Field(default=1280, ge=16, le=16_384)
    max_height: Number = Field(default=1280, ge=16, le=16_384)
    jpeg_quality: Number = Field(default=80, ge=1, le=100)
    keep_metadata: bool = False


class BatchSettings(Value):
    """When a new Label Studio project is begun, and how many images one may hold."""

    recreate: Literal["daily", "weekly", "monthly", "never"] = "daily"
    timezone: str = "UTC"
    max_images: Number = Field(default=1000, ge=1, le=100_000)

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = did_you_mean(value, available_timezones())
            raise refusal(f"the name of a time zone, like Europe/Berlin{hint}") from None
        return value


class ProjectSettings(Value):
    """Everything that decides what happens to a project's events."""

    project: Name
    task_type: TaskType = TaskType.OBJECT_DETECTION
    classes: tuple[ClassName, ...] = Field(min_length=1, max_length=MAX_CLASSES)
    keypoints: tuple[ClassName, ...] = Field(default=(), max_length=MAX_CLASSES)
    enabled: bool = True
    sampling_rate: Share = 1.0
    limits: Limits = Limits()
    image: ImageSettings = ImageSettings()
    batch: BatchSettings = BatchSettings()
    persist_predictions: bool = True
    unknown_classes: Literal["reject", "keep"] = "reject"
    near_duplicates: NearDuplicates | None = None
    conditions: Literal["any", "all"] = "any"
    rules: tuple[Rule, ...] = Field(default=(), max_length=MAX_RULES)
    instructions: str = Field(default="", max_length=MAX_INSTRUCTIONS)
    review: ReviewSettings = ReviewSettings()
    training_set: TrainingSetSettings = TrainingSetSettings()
    retrain: RetrainSettings = RetrainSettings()
    seed: Number = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _agrees_with_itself(self, info: ValidationInfo) -> Self:
        refuse("ProjectSettings", contradictions.of_project(self), info.context)
        return self
