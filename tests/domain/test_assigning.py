"""Dealing tasks out: exact, disjoint, and clear about what cannot be."""

from random import Random

import pytest

from plugin.domain.assigning import Wish, deal
from plugin.domain.errors import InvalidInputError

FREE = list(range(100, 120))


def test_unshuffled_goes_by_the_order_given() -> None:
    hands = deal(FREE, [Wish("ann", 3), Wish("ben", 2)], None)
    assert hands == {"ann": (100, 101, 102), "ben": (103, 104)}


def test_shuffled_is_exact_and_disjoint() -> None:
    hands = deal(FREE, [Wish("ann", 12), Wish("ben", 8)], Random(3))
    assert [len(hand) for hand in hands.values()] == [12, 8]
    assert sorted(hands["ann"] + hands["ben"]) == FREE
    assert hands["ann"] != tuple(FREE[:12])


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        pytest.param([Wish("ann", 21)], "images", id="more than there are"),
        pytest.param([Wish("ann", 0)], "images[0]", id="none"),
        pytest.param([Wish("ann", 1), Wish("ann", 1)], "reviewers[1]", id="twice"),
    ],
)
def test_what_cannot_be_is_refused(wishes: list[Wish], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        deal(FREE, wishes, None)
    assert caught.value.errors[0].field == field
