"""Settings of a project: one typed, immutable value.

pydantic is their codec: it reports every error at once, each with its path, and settings are read
seldom, so its speed does not matter here.
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from plugin.domain.prediction import MAX_CLASS_NAME, TaskType


def _share(value: object) -> object:
    """Read `0.5%` as 0.005; anything else is left to pydantic."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(value.strip()[:-1]) / 100
    return value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1, allow_inf_nan=False)]
"""A number from 0 to 1, written `0.005` or `0.5%`."""

Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A name that is safe in an address, a file name and a Redis key, and short enough for a title."""

ClassName = Annotated[
    str, Field(min_length=1, max_length=MAX_CLASS_NAME, pattern=r"^[^\x00-\x1f]+$")
]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Limits(_Value):
    """How many frames at most in a clock-aligned minute, hour and day; none where absent."""

    per_minute: int | None = Field(default=None, ge=0)
    per_hour: int | None = Field(default=None, ge=0)
    per_day: int | None = Field(default=None, ge=0)


class Confidence(_Value):
    """A band of confidence; every bound given must hold."""

    above: Share | None = None
    at_least: Share | None = None
    below: Share | None = None
    at_most: Share | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> "Confidence":
        if self.model_fields_set.isdisjoint(type(self).model_fields):
            raise ValueError("needs at least one of above, at_least, below, at_most")
        return self


class When(_Value):
    """A condition on one prediction: at least `at_least` boxes of `classes` lie in the band."""

    confidence: Confidence | None = None
    classes: tuple[ClassName, ...] | None = None
    at_least: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if self.confidence is None and self.classes is None:
            raise ValueError("needs at least one of confidence, classes")
        return self


class Rule(_Value):
    """A reason to keep a frame, with a sampling rate and caps of its own."""

    name: Name
    when: When
    sampling_rate: Share = 1.0
    limits: Limits = Limits()
    tags: tuple[str, ...] = ()
    priority: int = Field(default=0, ge=-1000, le=1000)


class ImageSettings(_Value):
    """How large an image may be in Label Studio (pixels), and how it is compressed when scaled."""

    max_width: int = Field(default=1280, ge=16, le=16_384)
    max_height: int = Field(default=1280, ge=16, le=16_384)
    jpeg_quality: int = Field(default=80, ge=1, le=100)


class BatchSettings(_Value):
    """When a new Label Studio project is begun, and how many images one may hold."""

    recreate: Literal["daily", "weekly", "monthly", "never"] = "daily"
    timezone: str = "UTC"
    max_images: int = Field(default=1000, ge=1, le=100_000)

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; expected a name like Europe/Berlin") from None
        return value


class ProjectSettings(_Value):
    """Everything that decides what happens to a project's events."""

    project: Name
    task_type: TaskType = TaskType.OBJECT_DETECTION
    classes: tuple[ClassName, ...] = Field(min_length=1, max_length=1000)
    enabled: bool = True
    sampling_rate: Share = 1.0
    limits: Limits = Limits()
    image: ImageSettings = ImageSettings()
    batch: BatchSettings = BatchSettings()
    persist_predictions: bool = True
    conditions: Literal["any", "all"] = "any"
    rules: tuple[Rule, ...] = Field(default=(), max_length=100)
    instructions: str = Field(default="", max_length=20_000)
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "ProjectSettings":
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes: each may be named once")
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise ValueError("rules: each needs a name of its own")
        for rule in self.rules:
            for name in rule.when.classes or ():
                if name not in self.classes:
                    raise ValueError(f"rules: {rule.name!r} names the unknown class {name!r}")
        return self
