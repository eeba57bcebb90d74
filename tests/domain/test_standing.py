"""The standing assignment: whose turn it is, and what has lain idle."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.standing import Turns, idle, plan, watched

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TEAM = Turns({"ann": 2, "ben": 1}, {})


def test_images_go_round_by_weight_from_where_the_last_ones_ended() -> None:
    first = plan(TEAM, [1, 2])
    second = plan(first.turns, [3, 4, 5, 6])
    hands = Counter(ann=0, ben=0)
    for each in (first, second):
        hands.update({person: len(hand) for person, hand in each.hands.items()})
    assert hands == {"ann": 4, "ben": 2}
    assert second.turns.dealt == {"ann": 4, "ben": 2}


def test_another_team_begins_anew() -> None:
    turns = plan(TEAM, [1, 2, 3]).turns
    assert turns.of({"ann": 2, "ben": 1}) is turns
    assert turns.of({"ann": 1, "ben": 1}) == Turns({"ann": 1, "ben": 1}, {})


def test_who_is_passed_over_gets_nothing_and_keeps_their_turn() -> None:
    turns = Turns({"ann": 1, "ben": 1}, {"ann": 4, "ben": 4})
    planned = plan(turns.without("ann"), [1, 2])
    assert planned.hands == {"ben": (1, 2)}
    assert turns.after(planned.turns).dealt == {"ann": 4, "ben": 6}


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=3, max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5),
)
def test_each_image_gets_its_reviewers_however_they_come(
    weights: dict[str, int], comings: list[tuple[int, int]]
) -> None:
    turns, begin = Turns(weights, {}), 0
    for single, several in comings:
        tasks = list(range(begin, begin + single))
        overlapped = list(range(begin + single, begin + single + several))
        begin += single + several
        planned = plan(turns, tasks, overlapped, 3)
        times = Counter(task for hand in planned.hands.values() for task in hand)
        assert times == dict.fromkeys(tasks, 1) | dict.fromkeys(overlapped, 3)
        assert all(len(set(hand)) == len(hand) for hand in planned.hands.values())
        for person in weights:
            given_now = planned.turns.dealt.get(person, 0) - turns.dealt.get(person, 0)
            assert given_now == len(planned.hands.get(person, ()))
        turns = planned.turns


def test_idle_is_what_lay_untouched_all_the_time() -> None:
    day = timedelta(days=1)
    held = watched({}, {"ann": {1, 2}, "ben": {3}}, NOW)
    held = watched(held, {"ann": {2}, "ben": {3, 4}}, NOW + day)
    assert held == {"ann": {2: NOW}, "ben": {3: NOW, 4: NOW + day}}
    assert idle(held, NOW + day, day) == {"ann": {2}, "ben": {3}}
    held = watched(held, {"ann": {1, 2}}, NOW + day)
    assert held == {"ann": {1: NOW + day, 2: NOW}}, "begun in between counts as begun"
