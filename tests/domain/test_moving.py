"""Images that are moved on or given back: exact, and finished work stays with who did it."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.errors import InvalidInputError
from plugin.domain.moving import (
    free_tasks,
    movable,
    moved,
    returned,
    taken_back,
    untouched,
    with_hands,
)
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share, holders

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 10, tzinfo=UTC)


def mark(reviewer: str, state: str) -> Mark:
    return msgspec.convert({"reviewer": reviewer, "state": state, "at": NOW}, Mark)


def share(reviewer: str, *tasks: int) -> Share:
    return Share(
        reviewer=reviewer, tasks=tasks, shuffled=False, link="/x", assigned_at=NOW, view_id=7
    )


ANN = Assignments(3, (share("ann", 1, 2, 3, 4, 5), share("ben", 6)))
LEDGER = Ledger(6, {1: (mark("ann", "finished"),), 2: (mark("ann", "skipped"),),
                    5: (mark("ann", "draft"),)})  # fmt: skip


def tasks_of(assignments: Assignments, reviewer: str) -> tuple[int, ...]:
    found = assignments.of(reviewer)
    return found.tasks if found else ()


def test_what_comes_last_is_taken_first_and_what_was_begun_last() -> None:
    assert movable(ANN.shares[0], LEDGER) == [4, 3, 5]


def test_undone_images_go_to_somebody_else_in_their_order() -> None:
    after, count = moved(ANN, LEDGER, ("ann", "ben"), None, LATER)
    assert count == 3
    assert tasks_of(after, "ann") == (1, 2)
    assert tasks_of(after, "ben") == (6, 3, 4, 5)
    assert [each.view_id for each in after.shares] == [7, 7]


def test_who_had_no_images_yet_begins_at_a_place_of_their_own() -> None:
    after, count = moved(ANN, LEDGER, ("ann", "cleo"), 1, LATER)
    assert (count, tasks_of(after, "cleo")) == (1, (4,))
    new = after.of("cleo")
    assert new is not None
    assert (new.view_id, new.assigned_at) == (None, LATER)


def test_an_image_that_both_have_is_not_moved() -> None:
    both = Assignments(1, (share("ann", 3, 4), share("ben", 4)))
    after, count = moved(both, Ledger(), ("ann", "ben"), None, LATER)
    assert (count, tasks_of(after, "ann"), tasks_of(after, "ben")) == (1, (4,), (4, 3))


def test_another_order_begins_at_another_place() -> None:
    after = with_hands(ANN, {"ann": (9,), "ben": (10,)}, LATER, shuffled=True)
    assert [(each.shuffled, each.view_id) for each in after.shares] == [(True, None)] * 2
    same = with_hands(ANN, {"ann": (9,)}, LATER, shuffled=False)
    assert [each.view_id for each in same.shares] == [7, 7]


def test_what_a_manager_takes_back_is_free_and_noted() -> None:
    after, count = taken_back(ANN, LEDGER, "ann", 2)
    assert (count, tasks_of(after, "ann")) == (2, (1, 2, 5))
    assert after.released == {3: "", 4: ""}
    assert free_tasks(range(1, 8), after, LEDGER) == [3, 4, 7]
    again = with_hands(after, {"ben": (3,)}, LATER, shuffled=False)
    assert again.released == {4: ""}


def test_who_has_nothing_left_has_no_share() -> None:
    after, _ = taken_back(ANN, LEDGER, "ben", None)
    assert after.of("ben") is None


def test_idle_images_return_and_remember_with_whom_they_lay() -> None:
    lying = untouched(ANN, LEDGER)
    assert lying == {"ann": {3, 4}, "ben": {6}}
    after = returned(ANN, {"ann": {3}, "ben": {6}})
    assert after.released == {3: "ann", 6: "ben"}
    assert tasks_of(after, "ann") == (1, 2, 4, 5)


def test_an_image_that_somebody_else_still_has_is_not_released() -> None:
    both = Assignments(1, (share("ann", 3), share("ben", 3)))
    assert returned(both, {"ann": {3}}).released == {}


@pytest.mark.parametrize(
    ("people", "images", "field"),
    [
        pytest.param(("ann", "ann"), None, "target", id="to oneself"),
        pytest.param(("dan", "ben"), None, "source", id="has nothing"),
        pytest.param(("ann", "ben"), 4, "images", id="more than are left"),
        pytest.param(("ann", "ben"), 0, "images", id="none"),
    ],
)
def test_what_cannot_be_moved_is_refused(
    people: tuple[str, str], images: int | None, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        moved(ANN, LEDGER, people, images, LATER)
    assert caught.value.errors[0].field == field


def test_who_has_done_everything_has_nothing_to_take() -> None:
    done = Ledger(6, {6: (mark("ben", "finished"),)})
    with pytest.raises(InvalidInputError, match="images that are not done"):
        taken_back(ANN, done, "ben", None)


steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 9)), max_size=8
)


@given(steps, st.sets(st.integers(0, 19)))
def test_whatever_is_moved_no_image_is_doubled_or_lost(
    moves: list[tuple[str, str, int]], done: set[int]
) -> None:
    people = {"a": tuple(range(10)), "b": tuple(range(10, 20))}
    now = with_hands(Assignments(), people, NOW, shuffled=False)
    ledger = Ledger(20, {task: (mark("a" if task < 10 else "b", "finished"),) for task in done})
    for source, target, images in moves:
        try:
            now, count = moved(now, ledger, (source, target), images, LATER)
        except InvalidInputError:
            continue
        assert count == images
    assert {task: len(who) for task, who in holders(now.shares).items()} == dict.fromkeys(
        range(20), 1
    )
    first = holders(with_hands(Assignments(), people, NOW, shuffled=False).shares)
    assert all(holders(now.shares)[task] == first[task] for task in done)
