"""From Label Studio's annotations and drafts to one mark for each person."""

from datetime import timedelta
from typing import Any

import pytest

from plugin.labelstudio.values import Draft
from plugin.services.collection.marking import Emails, marks_of, with_drafts, without_drafts
from tests.samples import NOW

ANN, BEN = 1, 2
EMAILS = {ANN: "ann@example.com", BEN: "ben@example.com"}


def annotation(by: int = ANN, minutes: int = 0, **changes: Any) -> dict[str, Any]:
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    return {
        "id": 10 + minutes, "completed_by": by, "updated_at": at, "was_cancelled": False,
        "lead_time": 3.0, "result": [],
    } | changes  # fmt: skip


def draft(reviewer: str = "ann@example.com", annotation_id: int | None = None) -> Draft:
    return Draft(reviewer, NOW, 2.0, annotation_id)


SKIPPED = {"was_cancelled": True}


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([annotation()], [("ann", "finished", 10)], id="finished"),
        pytest.param([annotation(**SKIPPED)], [("ann", "skipped", 10)], id="skipped"),
        pytest.param(
            [annotation(), annotation(minutes=1, **SKIPPED)],
            [("ann", "finished", 10)],
            id="what was finished counts, though skipped later",
        ),
        pytest.param(
            [annotation(minutes=5), annotation(minutes=1)],
            [("ann", "finished", 15)],
            id="of two the newest",
        ),
        pytest.param(
            [annotation(BEN), annotation(ANN, 1, **SKIPPED)],
            [("ann", "skipped", 11), ("ben", "finished", 10)],
            id="two people",
        ),
    ],
)
def test_each_person_has_one_mark(
    annotations: list[dict[str, Any]], expected: list[tuple[str, str, int]]
) -> None:
    marks = marks_of(annotations, EMAILS.__getitem__)
    found = [(each.reviewer.partition("@")[0], each.state, each.annotation_id) for each in marks]
    assert found == expected


def test_a_draft_counts_for_who_submitted_nothing() -> None:
    marks = marks_of([annotation(ANN)], EMAILS.__getitem__)
    found = with_drafts(marks, [draft(), draft("ben@example.com"), draft("cleo@example.com", 10)])
    assert [(each.reviewer, each.state) for each in found] == [
        ("ann@example.com", "finished"), ("ben@example.com", "draft"),
    ]  # fmt: skip
    assert without_drafts(found) == marks


def test_users_are_asked_for_when_one_is_unknown_and_who_is_gone_is_a_number() -> None:
    asked = []

    def ask() -> dict[int, str]:
        asked.append(1)
        return EMAILS

    email_of = Emails(ask)
    assert asked == []
    assert [email_of(ANN), email_of(BEN), email_of(99), email_of(99)] == [
        *EMAILS.values(),
        "99",
        "99",
    ]
    assert len(asked) == 2
