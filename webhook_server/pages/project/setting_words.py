"""Settings as people read them: facts in a row, and rules in a sentence or two."""

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.domain.fields import duration_text, share_text
from plugin.domain.prediction import TaskType
from plugin.domain.settings import Confidence, Count, Limits, ProjectSettings, Rule, When

Fact = tuple[str, str]
"""A heading and what it says."""

_UNITS = {
    TaskType.OBJECT_DETECTION: "boxes",
    TaskType.INSTANCE_SEGMENTATION: "objects",
    TaskType.KEYPOINT_DETECTION: "objects",
    TaskType.CLASSIFICATION: "labels",
    TaskType.MULTI_LABEL_CLASSIFICATION: "labels",
}
_ALL = frozenset({"classes", "confidence", "near", "at_least", "uncertainty"})
_SEVERAL = frozenset({"count", "empty", "aggregate"})
_SCORES = frozenset({"top_only"})
_RECREATE = {
    "daily": "Every day", "weekly": "Every week", "monthly": "Every month", "never": "Never",
}  # fmt: skip
_BOUNDS = {
    "above": "above", "more_than": "more than", "at_least": "at least",
    "below": "below", "less_than": "less than", "at_most": "at most",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in words: the classes it looks at, what must hold, and how much it may keep."""

    name: str
    classes: tuple[str, ...]
    wants: tuple[str, ...]
    keeps: tuple[str, ...]
    tags: tuple[str, ...]


def unit_of(task_type: TaskType) -> str:
    """What a model of a type finds several of, as people say it."""
    return _UNITS[task_type]


def kinds_of(task_type: TaskType) -> frozenset[str]:
    """Which conditions make sense for a model of a type.

    A classification has one label, so that there is nothing to count.
    """
    match task_type:
        case TaskType.CLASSIFICATION:
            return _ALL | _SCORES
        case TaskType.MULTI_LABEL_CLASSIFICATION:
            return _ALL | _SEVERAL | _SCORES
        case _:
            return _ALL | _SEVERAL


def limits_facts(settings: ProjectSettings) -> tuple[Fact, ...]:
    """What *Collection limits* says."""
    image, batch, near = settings.image, settings.batch, settings.near_duplicates
    metadata = ", with metadata" if image.keep_metadata else ""
    like = f"None within {duration_text(near.within)}" if near else "Kept"
    return (
        ("Sampling rate", f"{share_text(settings.sampling_rate)} of all events"),
        ("At most", ", ".join(caps_words(settings.limits)) or "No cap"),
        ("Images", f"{image.max_width} × {image.max_height} pixels at most"),
        ("Compression", f"JPEG quality {image.jpeg_quality}{metadata}"),
        ("New batch", f"{_RECREATE[batch.recreate]}, or after {batch.max_images:,} images"),
        ("Time zone", batch.timezone),
        ("Predictions", "Shown to reviewers" if settings.persist_predictions else "Not shown"),
        ("Near duplicates", f"{like}, distance {near.distance}" if near else like),
        ("Unknown classes", "Refused" if settings.unknown_classes == "reject" else "Kept"),
    )


def caps_words(limits: Limits) -> Iterator[str]:
    """Caps in words, one each: `10 a minute`."""
    for name, unit in (("per_minute", "minute"), ("per_hour", "hour"), ("per_day", "day")):
        cap = getattr(limits, name)
        if cap is not None:
            yield f"{cap:,} {'an' if unit == 'hour' else 'a'} {unit}"


def rule_words(rule: Rule, task_type: TaskType) -> RuleWords:
    """A rule in words."""
    keeps = [f"{share_text(rule.sampling_rate)} of them"] if rule.sampling_rate < 1 else []
    keeps += (f"at most {cap}" for cap in caps_words(rule.limits))
    keeps += [f"priority {rule.priority}"] if rule.priority else []
    wants = tuple(_wants(rule.when, unit_of(task_type))) if rule.when else ("Every event",)
    classes = (rule.when.classes if rule.when else None) or ()
    return RuleWords(rule.name, classes, wants, tuple(keeps), rule.tags)


def _wants(when: When, unit: str) -> Iterator[str]:
    """Every part of a condition, each a short sentence without its classes."""
    if when.classes == ():
        yield "No class at all"
    if when.asks_for_boxes:
        yield f"At least {when.at_least} of the {unit}{_band(when)}"
    if when.count is not None:
        yield f"Number of {unit} {_bounds(when.count)}"
    if when.uncertainty is not None:
        asked = when.uncertainty
        measure = asked.measure.replace("_", " ")
        yield f"Uncertainty ({asked.aggregate} {measure}) above {share_text(asked.above)}"
    if when.empty is not None:
        yield "Nothing found" if when.empty else "Something found"
    if not when.top_only:
        yield "Every class that has a score counts"


def _band(when: When) -> str:
    said = [_bounds(when.confidence)] if when.confidence else []
    near = when.near
    said += [f"within {share_text(near.margin)} of {share_text(near.threshold)}"] if near else []
    return f", confidence {' and '.join(said)}" if said else ""


def _bounds(bounds: Confidence | Count) -> str:
    say = share_text if isinstance(bounds, Confidence) else "{:,}".format
    given = [(name, bound) for name, bound in bounds if bound is not None]
    return " and ".join(f"{_BOUNDS[name]} {say(bound)}" for name, bound in given)
