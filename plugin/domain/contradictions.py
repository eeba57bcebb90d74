"""Settings that are right field by field and make no sense together.

A single bound that nothing meets, like `below: 0%`, is no contradiction: it matches nothing, as it
says, and configurations of others contain it.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING

from plugin.domain.fields import Problem, did_you_mean, share_text
from plugin.domain.prediction import TaskType

if TYPE_CHECKING:
    from plugin.domain.review_settings import ReviewSettings
    from plugin.domain.settings import Confidence, Count, Near, ProjectSettings, When

MAX_HINTS = 10
"""Unknown classes that get a hint: among a thousand long names each takes a tenth of a second."""

End = tuple[float, bool]
"""An end of an interval: a lower one with whether it lies outside, an upper one inside."""


def of_confidence(band: "Confidence") -> Iterator[Problem]:
    """No bound at all, or bounds between which no confidence lies."""
    given = {name: bound for name, bound in band if bound is not None}
    if not given:
        yield (), given, "at least one of above, at_least, below, at_most"
    elif _is_empty(_low(band), _high(band)):
        yield (), given, _between(_low(band), _high(band))


def of_count(count: "Count") -> Iterator[Problem]:
    """No bound at all, or bounds that no number meets."""
    given = {name: bound for name, bound in count if bound is not None}
    low, high = _numbers(count)
    if not given:
        yield (), given, "at least one of more_than, at_least, less_than, at_most"
    elif low > high:
        asked = f"these ask for at least {low} and at most {high:g}"
        yield (), given, f"bounds that some number meets; {asked}"


def of_when(when: "When") -> Iterator[Problem]:
    """A condition that says nothing, or that no prediction can meet."""
    if not when.model_fields_set - {"top_only"}:
        yield (), {}, "at least one of confidence, near, classes, count, uncertainty, empty"
    if when.near is not None and when.confidence is not None:
        yield from _apart(when.near, when.confidence)
    low, high = _numbers(when.count)
    low = max(low, when.at_least, int(when.uncertainty is not None or when.empty is False))
    high = 0 if when.empty else high
    if low > high:
        asked = f"at least {low} and at most {high:g} boxes or labels"
        yield (), _given(when), f"what can hold at once; this asks for {asked}"


def of_project(settings: "ProjectSettings") -> Iterator[Problem]:
    """Names given twice, classes that no one declared, keypoints where there are none."""
    yield from _twice(("classes",), (), settings.classes)
    yield from _twice(("keypoints",), (), settings.keypoints)
    if settings.keypoints and settings.task_type is not TaskType.KEYPOINT_DETECTION:
        expected = f"none in {settings.task_type}: they belong to keypoint-detection"
        yield ("keypoints",), list(settings.keypoints), expected
    yield from _twice(("rules",), ("name",), [rule.name for rule in settings.rules])
    if settings.unknown_classes == "reject":
        yield from _unknown_classes(settings)
    yield from _of_review(settings.review)


def _of_review(review: "ReviewSettings") -> Iterator[Problem]:
    """Somebody twice in the team, or more reviewers of one image than the team has."""
    team = [member.reviewer for member in review.team]
    yield from _twice(("review", "team"), ("reviewer",), team)
    if review.overlap is not None and review.overlap.reviewers > len(team):
        expected = f"at most {len(team)}, as many as the team has"
        expected = expected if len(team) > 1 else "a team of at least as many reviewers"
        yield ("review", "overlap", "reviewers"), review.overlap.reviewers, expected


def _twice(
    where: tuple[str, ...], leaf: tuple[str, ...], names: Sequence[str]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (*where, index, *leaf), name, "each name once"
        seen.add(name)


def _unknown_classes(settings: "ProjectSettings") -> Iterator[Problem]:
    known, hints = frozenset(settings.classes), 0
    for index, rule in enumerate(settings.rules):
        for place, name in enumerate((rule.when.classes if rule.when else None) or ()):
            if name not in known:
                hint = did_you_mean(name, settings.classes) if hints < MAX_HINTS else ""
                hints += 1
                where = ("rules", index, "when", "classes", place)
                yield where, name, f"one of the project's classes{hint}"


def _apart(near: "Near", band: "Confidence") -> Iterator[Problem]:
    """A band of confidence that does not reach to where `near` looks."""
    low = max(_low(band), (near.threshold - near.margin, True))
    high = min(_high(band), (near.threshold + near.margin, False))
    if _is_empty(low, high) and not _is_empty(_low(band), _high(band)):
        yield ("near",), near.model_dump(), "a place inside the band of confidence"


def _low(band: "Confidence") -> End:
    ends = ((band.above, True), (band.at_least, False), (-inf, False))
    return max((bound, outside) for bound, outside in ends if bound is not None)


def _high(band: "Confidence") -> End:
    ends = ((band.below, False), (band.at_most, True), (inf, True))
    return min((bound, inside) for bound, inside in ends if bound is not None)


def _is_empty(low: End, high: End) -> bool:
    return low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))


def _between(low: End, high: End) -> str:
    between = f"nothing lies between {share_text(low[0])} and {share_text(high[0])}"
    return f"bounds that some confidence meets; {between}"


def _numbers(count: "Count | None") -> tuple[int, float]:
    """The least and the most that a count may be."""
    low, high = 0, inf
    for name, bound in count or ():
        match name:
            case "more_than" if bound is not None:
                low = max(low, bound + 1)
            case "at_least" if bound is not None:
                low = max(low, bound)
            case "less_than" if bound is not None:
                high = min(high, bound - 1)
            case "at_most" if bound is not None:
                high = min(high, bound)
    return low, max(0, high)


def _given(when: "When") -> dict[str, object]:
    return when.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
