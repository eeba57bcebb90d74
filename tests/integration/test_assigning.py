"""Assigning in a real Label Studio Community: exact, also at once, after a crash, with overlap."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugin.bootstrap import Application
from plugin.demo.installation import Installation
from plugin.domain.assigning import Wish, split
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, InvalidInputError, LabelStudioError
from plugin.domain.reviewing import Assignments, Share, holders
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.integration.assigning import filled_batch, next_task, people
from tests.integration.faulty import FaultyLabelStudio

ANN, JOANN, PLUS = "ann@assign.example.com", "joann@assign.example.com", "ann+x@assign.example.com"
FIELD = "POST /api/dm/actions"
pytestmark = pytest.mark.usefixtures("team")


@pytest.fixture(scope="module")
def team(installation: Installation) -> Iterator[dict[str, LabelStudioGateway]]:
    found = people(installation, ANN, JOANN, PLUS)
    yield found
    for gateway in found.values():
        gateway.close()


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


def share_of(assignments: Assignments, reviewer: str) -> Share:
    found = assignments.of(reviewer)
    assert found is not None
    return found


def in_tabs(parts: Application, batch: Batch) -> dict[str, list[int]]:
    """What every reviewer's tab shows in Label Studio."""
    return {
        share.reviewer: parts.label_studio.tasks_in_tab(batch.label_studio_id, share.view_id or 0)
        for share in parts.batches.assignments(batch).shares
    }


def said(parts: Application, batch: Batch) -> dict[str, list[int]]:
    """Who has what as the Store says, in the order of an unshuffled tab."""
    order = {task.id: task.order for task in parts.batches.tasks(batch)}
    shares = parts.batches.assignments(batch).shares
    return {share.reviewer: sorted(share.tasks, key=order.__getitem__) for share in shares}


def test_everybody_finds_their_images_and_nobody_elses(parts: Application) -> None:
    batch = filled_batch(parts, "exact", 9)
    wishes = [Wish(ANN, 4), Wish(JOANN, 3), Wish(PLUS, 1)]
    after = parts.assigner.assign(batch, wishes, shuffle=False)
    assert [len(share.tasks) for share in after.shares] == [4, 3, 1]
    assert in_tabs(parts, batch) == said(parts, batch)
    summary = parts.batch_index.get("exact", batch.name)
    assert summary is not None
    assert (summary.ready, summary.in_review, parts.assigner.free(batch)) == (1, 8, 1)


def test_two_reviewers_of_an_image_each_get_it_from_their_stream(
    parts: Application, team: dict[str, LabelStudioGateway]
) -> None:
    batch = filled_batch(parts, "overlap", 3)
    wishes = [Wish(ANN, 2), Wish(JOANN, 2), Wish(PLUS, 2)]
    after = parts.assigner.assign(batch, wishes, shuffle=False, overlap=2)
    assert in_tabs(parts, batch) == said(parts, batch)
    assert {len(people) for people in holders(after.shares).values()} == {2}
    got: dict[str, list[int]] = {}
    for email, reviewer in team.items():
        tab = share_of(after, email).view_id
        while task := next_task(reviewer, batch.label_studio_id, tab):
            assert task not in got.setdefault(email, [])
            got[email].append(task)
            reviewer.annotate(task, [], 1.0)
    assert got == said(parts, batch)


def test_two_who_assign_at_once_get_exactly_what_they_asked_for(parts: Application) -> None:
    batch = filled_batch(parts, "at-once", 12)
    people_at_once = (ANN, JOANN, PLUS)
    with ThreadPoolExecutor(3) as threads:
        made = [
            threads.submit(parts.assigner.assign, batch, [Wish(email, 4)], shuffle=True)
            for email in people_at_once
        ]
        assert len({each.result().revision for each in made}) == 3
    now = parts.batches.assignments(batch)
    assert (now.revision, len(holders(now.shares))) == (3, 12)
    assert Counter(len(share.tasks) for share in now.shares) == {4: 3}
    shown = in_tabs(parts, batch)
    assert {email: set(tasks) for email, tasks in shown.items()} == {
        share.reviewer: set(share.tasks) for share in now.shares
    }
    with pytest.raises(InvalidInputError, match="at most 0, the images that nobody has yet"):
        parts.assigner.assign(batch, [Wish(ANN, 1)], shuffle=True)


def test_of_two_who_saw_the_same_the_second_is_told(parts: Application) -> None:
    batch = filled_batch(parts, "told", 4)
    parts.assigner.assign(batch, [Wish(ANN, 1)], shuffle=False, base=0)
    with pytest.raises(ConflictError, match="revision 1 is in force, not 0"):
        parts.assigner.assign(batch, [Wish(JOANN, 1)], shuffle=False, base=0)
    assert parts.batches.assignments(batch).of(JOANN) is None


def test_what_is_moved_or_taken_back_moves_in_label_studio(
    parts: Application, team: dict[str, LabelStudioGateway]
) -> None:
    batch = filled_batch(parts, "moved", 6)
    after = parts.assigner.assign(batch, [Wish(ANN, 5)], shuffle=False)
    first, second = share_of(after, ANN).tasks[:2]
    team[ANN].annotate(first, [], 1.0)
    parts.assigner.reassign(batch, ANN, JOANN, 2)
    parts.assigner.take_back(batch, ANN, 1)
    now = parts.batches.assignments(batch)
    assert share_of(now, ANN).tasks == (first, second)
    assert in_tabs(parts, batch) == said(parts, batch)
    parts.assigner.reassign(batch, ANN, JOANN, None)
    assert share_of(parts.batches.assignments(batch), ANN).tasks == (first,)
    assert in_tabs(parts, batch) == said(parts, batch)
    assert parts.assigner.free(batch) == 2


@pytest.mark.parametrize("kind", ["refuse", "lose", "half"])
def test_a_change_that_breaks_off_is_undone_by_the_next(
    parts: Application, proxy: FaultyLabelStudio, kind: str
) -> None:
    batch = filled_batch(parts, f"broken-{kind}", 6)
    proxy.add(kind, FIELD)  # type: ignore[arg-type]
    with pytest.raises(LabelStudioError):
        parts.assigner.assign(batch, [Wish(ANN, 6)], shuffle=False)
    assert parts.batches.assignments(batch) == Assignments()
    parts.assigner.assign(batch, [Wish(JOANN, 2)], shuffle=False)
    assert in_tabs(parts, batch) == said(parts, batch)
    for task in parts.batches.tasks(batch):
        held = task.id in share_of(parts.batches.assignments(batch), JOANN).tasks
        shown = parts.label_studio.task(task.id)["data"]["reviewer"]
        assert shown == (JOANN if held else "")


def test_calls_grow_with_the_reviewers_and_not_with_the_images(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    calls = []
    for images in (6, 36):
        batch = filled_batch(parts, f"calls-{images}", images)
        proxy.lines.clear()
        counts = split(images, 3, overlap=2)
        wishes = [Wish(email, n) for email, n in zip((ANN, JOANN, PLUS), counts, strict=True)]
        parts.assigner.assign(batch, wishes, shuffle=True, overlap=2)
        calls.append(len(proxy.lines) - proxy.count("/api/version"))
        assert proxy.count(FIELD) == 3
    assert calls[0] == calls[1] <= 11


def test_who_has_left_is_refused_by_name(installation: Installation, parts: Application) -> None:
    gone = "gone@assign.example.com"
    for gateway in people(installation, gone).values():
        gateway.close()
    (number,) = (user for user, each in parts.label_studio.emails().items() if each == gone)
    batch = filled_batch(parts, "left", 3)
    parts.assigner.assign(batch, [Wish(gone, 2)], shuffle=False)
    parts.label_studio._request("DELETE", f"api/organizations/1/memberships/{number}/")
    with pytest.raises(InvalidInputError) as caught:
        parts.assigner.assign(batch, [Wish(ANN, 1), Wish(gone, 1)], shuffle=False)
    (error,) = caught.value.errors
    assert (error.field, error.value) == ("reviewers[1]", gone)
    assert "left" in error.expected
    assert [each.active for each in parts.team.members() if each.email == gone] == [False]
    parts.assigner.reassign(batch, gone, ANN, None)
    assert in_tabs(parts, batch) == said(parts, batch)


def test_instructions_are_shown_harmless_and_kept_as_typed(parts: Application) -> None:
    batch = filled_batch(parts, "words", 1)
    typed = "<b>Look!</b> a < b\r\nعلامة <script>alert(1)</script>"
    after = parts.assigner.set_instructions(batch, typed, base=0)
    assert after.instructions == typed.replace("\r\n", "\n")
    found = parts.label_studio._request("GET", f"api/projects/{batch.label_studio_id}/")
    shown = '<div dir="auto"><b>Look!</b> a &lt; b<br>\nعلامة </div>'
    assert (found["expert_instruction"], found["show_instruction"]) == (shown, True)
