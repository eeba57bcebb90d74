"""What changed between two settings, as people read it."""

import pytest

from plugin.domain.diffing import Change, diff
from plugin.domain.settings import ProjectSettings
from tests.domain.generated import made_up
from tests.samples import settings

RULE = {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}}
CROWDED = {"name": "crowded", "when": {"count": {"more_than": 30}}, "limits": {"per_hour": 5}}


def said(before: ProjectSettings | None, after: ProjectSettings) -> list[str]:
    return [str(change) for change in diff(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ({"sampling_rate": 0.1}, {"sampling_rate": "0.5%"}, "sampling_rate: 10% → 0.5%"),
        ({}, {"enabled": False}, "enabled: true → false"),
        ({}, {"limits": {"per_hour": 9}}, "limits.per_hour: none → 9"),
        ({"limits": {"per_hour": 9}}, {"limits": {"per_hour": 7}}, "limits.per_hour: 9 → 7"),
        ({}, {"batch": {"recreate": "weekly"}}, "batch.recreate: daily → weekly"),
        (
            {}, {"near_duplicates": {"within": 3600}},
            "near_duplicates: none → {within: 1h, distance: 4}",
        ),
        ({}, {"classes": ["dent", "bolt", "nail"]}, "classes: +nail -scratch"),
        (
            {}, {"classes": ["scratch", "dent", "bolt"]},
            "classes: [bolt, dent, scratch] → [scratch, dent, bolt]",
        ),
        ({}, {"instructions": "Look\nfor \x1b[31mdents"}, "instructions: '' → Look for  [31mdents"),
        ({}, {"instructions": "x" * 500}, f"instructions: '' → {'x' * 100}…"),
        (
            {}, {"rules": []},
            "rules.unsure: {when: {confidence: {below: 60%}, classes: [dent]}} → none",
        ),
        (
            {}, {"rules": [RULE, CROWDED]},
            "rules.crowded: none → {when: {count: {more_than: 30}}, limits: {per_hour: 5}}",
        ),
        (
            {}, {"rules": [RULE | {"when": {"classes": ["dent"], "confidence": {"below": 0.5}}}]},
            "rules.unsure.when.confidence.below: 60% → 50%",
        ),
        (
            {}, {"rules": [RULE | {"limits": {"per_hour": 2}}]},
            "rules.unsure.limits.per_hour: none → 2",
        ),
        ({}, {"rules": [RULE | {"tags": ["a"]}]}, "rules.unsure.tags: +a"),
        (
            {"rules": [RULE, CROWDED]}, {"rules": [CROWDED, RULE]},
            "order of rules: unsure crowded → crowded unsure",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_one_change_is_one_line(
    before: dict[str, object], after: dict[str, object], line: str
) -> None:
    assert said(settings(**before), settings(**after)) == [line]


def test_the_first_settings_are_all_new() -> None:
    assert said(None, settings(sampling_rate="5%")) == [
        "project: none → parts",
        "classes: none → [bolt, dent, scratch]",
        "sampling_rate: none → 5%",
        "rules.unsure: none → {when: {confidence: {below: 60%}, classes: [dent]}}",
    ]


def test_a_change_carries_the_values() -> None:
    changes = diff(settings(), settings(limits={"per_day": 5}))
    assert changes == [Change("limits.per_day", None, 5)]


def test_there_is_a_difference_exactly_where_settings_differ() -> None:
    values = [made_up(seed) for seed in range(30)]
    for before in values:
        for after in values:
            assert bool(diff(before, after)) is (before != after)
