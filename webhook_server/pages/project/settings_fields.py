"""Which setting stands in which form, and how its text is read."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "value", "flag", "names", "tags"]
"""A text as it is; a number, share or truth; a box to tick; a box a name; names with commas."""

Section = Literal["limits", "conditions", "team", "retrain"]

_CAPS: dict[str, Kind] = {
    "limits.per_minute": "value",
    "limits.per_hour": "value",
    "limits.per_day": "value",
}

_LIMITS: dict[str, Kind] = {
    "sampling_rate": "value",
    **_CAPS,
    "image.max_width": "value",
    "image.max_height": "value",
    "image.jpeg_quality": "value",
    "image.keep_metadata": "flag",
    "batch.recreate": "text",
    "batch.timezone": "text",
    "batch.max_images": "value",
    "persist_predictions": "flag",
    "near_duplicates.within": "text",
    "near_duplicates.distance": "value",
    "unknown_classes": "text",
}

_RULE: dict[str, Kind] = {
    "name": "text",
    "when.classes": "names",
    "when.no_class": "flag",
    "when.confidence.above": "value",
    "when.confidence.at_least": "value",
    "when.confidence.below": "value",
    "when.confidence.at_most": "value",
    "when.near.threshold": "value",
    "when.near.margin": "value",
    "when.at_least": "value",
    "when.count.more_than": "value",
    "when.count.at_least": "value",
    "when.count.less_than": "value",
    "when.count.at_most": "value",
    "when.uncertainty.measure": "text",
    "when.uncertainty.above": "value",
    "when.uncertainty.aggregate": "text",
    "when.empty": "value",
    "when.top_only": "value",
    "sampling_rate": "value",
    **_CAPS,
    "tags": "tags",
    "priority": "value",
}

_MEMBER: dict[str, Kind] = {"reviewer": "text", "weight": "value"}

_TEAM: dict[str, Kind] = {
    "review.shuffle": "flag",
    "review.overlap.reviewers": "value",
    "review.overlap.share": "value",
    "review.return_idle_after": "text",
}

_RETRAIN: dict[str, Kind] = {
    "retrain.after_images": "value",
    "retrain.on_batch": "flag",
    "retrain.every": "text",
    "retrain.webhook": "text",
    "retrain.command": "flag",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a form, and its lists, whose items have fields of their own."""

    fields: dict[str, Kind]
    lists: tuple[str, ...] = ()


SECTIONS: dict[Section, Fields] = {
    "limits": Fields(_LIMITS),
    "conditions": Fields({"conditions": "text"}, ("rules",)),
    "team": Fields(_TEAM, ("review.team",)),
    "retrain": Fields(_RETRAIN),
}

LISTS: dict[str, dict[str, Kind]] = {"rules": _RULE, "review.team": _MEMBER}
"""The fields of an item, by the list's name."""
