"""Dealing tasks out: exact, disjoint or as often as asked, and clear about what cannot be."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.assigning import Wish, deal, split, turns
from plugin.domain.errors import InvalidInputError

FREE = list(range(100, 120))


def test_unshuffled_goes_by_the_order_given() -> None:
    hands = deal(FREE, [Wish("ann", 3), Wish("ben", 2)])
    assert hands == {"ann": (100, 101, 102), "ben": (103, 104)}


def test_shuffled_is_exact_and_disjoint() -> None:
    hands = deal(FREE, [Wish("ann", 12), Wish("ben", 8)], shuffle_with=Random(3))
    assert [len(hand) for hand in hands.values()] == [12, 8]
    assert sorted(hands["ann"] + hands["ben"]) == FREE
    assert hands["ann"] != tuple(FREE[:12])
    assert list(hands["ann"]) != sorted(hands["ann"])


def test_overlapping_hands_go_by_the_order_given_too() -> None:
    hands = deal(FREE, [Wish("ann", 2), Wish("ben", 2), Wish("cleo", 2)], overlap=2)
    assert hands == {"ann": (100, 101), "ben": (100, 102), "cleo": (101, 102)}


@st.composite
def overlapping(draw: st.DrawFn) -> tuple[list[Wish], int]:
    """Wishes that can be met, `overlap` people an image."""
    overlap, images = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    people = draw(st.integers(overlap, overlap + 5))
    left, wishes = overlap * images, []
    for number in range(people):
        others = people - number - 1
        low, high = max(0, left - others * images), min(images, left)
        count = draw(st.integers(low, high))
        left -= count
        wishes += [Wish(f"r{number}", count)] if count else []
    return wishes, overlap


@given(overlapping(), st.booleans(), st.integers(0, 5))
def test_everybody_gets_their_number_and_each_image_its_reviewers(
    asked: tuple[list[Wish], int], shuffled: bool, over: int
) -> None:
    wishes, overlap = asked
    images = sum(wish.images for wish in wishes) // overlap
    free = list(range(images + over))
    hands = deal(free, wishes, overlap, Random(1) if shuffled else None)
    assert {person: len(hand) for person, hand in hands.items()} == {
        wish.reviewer: wish.images for wish in wishes
    }
    assert all(len(set(hand)) == len(hand) for hand in hands.values())
    times = Counter(task for hand in hands.values() for task in hand)
    assert len(times) == images
    assert set(times.values()) == {overlap}
    if not shuffled:
        assert set(times) == set(free[:images])
    holders = {tuple(who for who in hands if task in hands[who]) for task in times}
    assert len(holders) <= len(wishes)


@pytest.mark.parametrize(
    ("wishes", "overlap", "field"),
    [
        pytest.param([Wish("ann", 21)], 1, "images", id="more than there are"),
        pytest.param([Wish("ann", 0)], 1, "images[0]", id="none"),
        pytest.param([Wish("ann", 1), Wish("ann", 1)], 1, "reviewers[1]", id="twice"),
        pytest.param([], 1, "reviewers", id="nobody"),
        pytest.param([Wish("ann", 2)], 2, "overlap", id="more reviewers than people"),
        pytest.param([Wish("ann", 2)], 0, "overlap", id="no reviewer"),
        pytest.param([Wish("ann", 2), Wish("ben", 1)], 2, "images", id="odd"),
        pytest.param([Wish("ann", 3), Wish("ben", 1)], 2, "images[0]", id="one image twice"),
        pytest.param([Wish("ann", 21), Wish("ben", 21)], 2, "images", id="more than twice"),
    ],
)
def test_what_cannot_be_is_refused(wishes: list[Wish], overlap: int, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        deal(FREE, wishes, overlap)
    assert caught.value.errors[0].field == field


@given(st.integers(0, 500), st.integers(1, 12), st.integers(1, 4))
def test_an_even_split_can_be_dealt(total: int, people: int, overlap: int) -> None:
    counts = split(total, people, overlap)
    assert len(counts) == people
    if people < overlap:
        assert not any(counts)
        return
    assert sum(counts) == total * overlap
    assert max(counts) - min(counts) <= 1
    wishes = [Wish(str(number), count) for number, count in enumerate(counts) if count]
    if wishes:
        deal(range(total), wishes, overlap)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.lists(st.integers(0, 9)))
def test_turns_keep_everybody_within_an_image_of_their_share(
    weights: list[int], pieces: list[int]
) -> None:
    dealt = [0] * len(weights)
    for images in pieces:
        for place in turns(weights, dealt, images):
            dealt[place] += 1
        so_far, total = sum(dealt), sum(weights)
        for count, weight in zip(dealt, weights, strict=True):
            assert abs(count - weight * so_far / total) < 1


def test_turns_take_turns() -> None:
    assert turns([2, 1], [0, 0], 6) == [0, 0, 1, 0, 0, 1]
    assert turns([1, 1], [1, 0], 3) == [1, 0, 1]


def test_nobody_gets_more_than_they_may_at_once() -> None:
    assert Counter(turns([98, 1, 1], [0, 0, 0], 6, most=3)) == {0: 3, 1: 2, 2: 1}
