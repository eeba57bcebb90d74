"""Settings of a project: one typed, immutable value.

pydantic is their codec: it reports every error at once, each with its path, and settings are read
seldom, so its speed does not matter here.
"""

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from plugin.domain.checking import MAX_CLASS_NAME
from plugin.domain.prediction import TaskType


def _share(value: object) -> object:
    """Read `0.5%` as 0.005; anything else is left to pydantic."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(value.strip()[:-1]) / 100
    return value


def _seconds(value: object) -> object:
    """Read `1h` as 3600; anything else is left to pydantic."""
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(\d+)\s*([smhd])\s*", value)):
        return int(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[found[2]]
    return value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1, allow_inf_nan=False)]
"""A number from 0 to 1, written `0.005` or `0.5%`."""

Name = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A name that is safe in an address, a file name and a Redis key, and short enough for a title."""

Whole = Annotated[int, Field(ge=0, le=1_000_000)]

Tag = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f,]+$")]
"""A tag; tasks carry them joined by commas."""

Duration = Annotated[int, BeforeValidator(_seconds), Field(ge=1, le=31 * 86_400)]
"""Seconds, written `90`, `90s`, `30m`, `1h` or `7d`."""

LOWER = ("above", "more_than", "at_least")
UPPER = ("below", "less_than", "at_most")

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


class _Bounds(_Value):
    """Bounds of a number: every one given must hold, and one must be given."""

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        bounds = {name: value for name, value in given.items() if value is not None}
        if not bounds:
            raise ValueError("needs at least one of " + ", ".join(given))
        low = max((bounds[name] for name in LOWER if name in bounds), default=None)
        high = min((bounds[name] for name in UPPER if name in bounds), default=None)
        if low is not None and high is not None and (low > high or self._is_empty(low, high)):
            raise ValueError(f"contradictory bounds: nothing lies between {low:g} and {high:g}")
        return self

    def _is_empty(self, low: float, high: float) -> bool:
        return low == high and bool(self.model_fields_set & {"above", "below"})


class Confidence(_Bounds):
    """A band of confidence."""

    above: Share | None = None
    at_least: Share | None = None
    below: Share | None = None
    at_most: Share | None = None


class Count(_Bounds):
    """A band of how many there are."""

    more_than: Whole | None = None
    at_least: Whole | None = None
    less_than: Whole | None = None
    at_most: Whole | None = None

    def _is_empty(self, low: float, high: float) -> bool:
        low += self.more_than == low
        high -= self.less_than == high
        return low > high


class Near(_Value):
    """Closeness to a threshold: |confidence - threshold| < margin."""

    threshold: Share
    margin: Share


class Uncertainty(_Value):
    """How unsure the model is: a measure over the boxes or labels, above a value (0 to 1).

    `margin` and `entropy` need the scores of all classes; without them they say nothing.
    """

    measure: Literal["least_confidence", "margin", "entropy"] = "least_confidence"
    above: Share
    aggregate: Literal["max", "mean"] = "max"


class When(_Value):
    """A condition on one prediction; everything given must hold.

    It looks at the boxes of the named classes (all, where none is named); in classification at the
    labels, or with `top_only: false` at every class that has a score. At least `at_least` of them
    must lie in the band of `confidence` and `near`.
    """

    confidence: Confidence | None = None
    near: Near | None = None
    classes: tuple[ClassName, ...] | None = None
    at_least: Whole = 1
    count: Count | None = None
    uncertainty: Uncertainty | None = None
    empty: bool | None = None
    top_only: bool = True

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set - {"top_only"}:
            kinds = "confidence, near, classes, count, uncertainty, empty"
            raise ValueError(f"needs at least one of {kinds}")
        return self

    @property
    def asks_for_boxes(self) -> bool:
        """Whether some number of single boxes or labels must lie in a band or be of a class."""
        alone = self.count is None and self.uncertainty is None and self.empty is None
        in_band = self.confidence is not None or self.near is not None
        return in_band or "at_least" in self.model_fields_set or alone


class Rule(_Value):
    """A reason to keep a frame, with a sampling rate and caps of its own.

    Without `when` it matches everything: a random sample.
    """

    name: Name
    when: When | None = None
    sampling_rate: Share = 1.0
    limits: Limits = Limits()
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    priority: int = Field(default=0, ge=-1000, le=1000)


class NearDuplicates(_Value):
    """Frames that look like one kept within a time are not kept.

    `distance` is the number of the 64 bits of a perceptual hash that may differ.
    """

    within: Duration
    distance: int = Field(default=4, ge=0, le=32)


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
    unknown_classes: Literal["reject", "keep"] = "reject"
    near_duplicates: NearDuplicates | None = None
    conditions: Literal["any", "all"] = "any"
    rules: tuple[Rule, ...] = Field(default=(), max_length=100)
    instructions: str = Field(default="", max_length=20_000)
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes: each may be named once")
        names = [rule.name for rule in self.rules]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"rules: {', '.join(sorted(twice))} is named twice")
        for rule in self.rules:
            for name in (rule.when.classes if rule.when else None) or ():
                if name not in self.classes and self.unknown_classes == "reject":
                    raise ValueError(f"rules: {rule.name!r} names the unknown class {name!r}")
        return self
