"""The standing assignment: who of a team gets which of the images that have come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from plugin.domain.assigning import Wish, deal, turns

Held = Mapping[str, Mapping[int, datetime]]
"""Tasks by who has them and did not begin them, with when that was seen first."""


Hands = dict[str, tuple[int, ...]]
"""Tasks by who was dealt them."""


class Turns(msgspec.Struct, frozen=True):
    """How many images each of a team was dealt since it is this team."""

    weights: dict[str, int]
    dealt: dict[str, int]

    def of(self, weights: Mapping[str, int]) -> "Turns":
        """These, or new ones when the team or its weights have changed."""
        return self if self.weights == weights else Turns(dict(weights), {})

    def without(self, person: str) -> "Turns":
        """These, of all but one person."""
        return Turns(
            {each: weight for each, weight in self.weights.items() if each != person},
            {each: dealt for each, dealt in self.dealt.items() if each != person},
        )

    def after(self, later: "Turns") -> "Turns":
        """These, after some of the team were dealt more."""
        return Turns(self.weights, self.dealt | later.dealt)


class Plan(msgspec.Struct, frozen=True):
    """What each person gets, and the turns from there on."""

    hands: Hands
    turns: Turns


def plan(
    start: Turns, tasks: Sequence[int], overlapped: Sequence[int] = (), overlap: int = 1
) -> Plan:
    """Deal tasks to a team, whose turn it is.

    Args:
        start: the team, and what each was dealt before.
        tasks: for one person each, in the order in which they are to be reviewed.
        overlapped: for `overlap` people each.
        overlap: at most as many as the team has.
    """
    team = list(start.weights)
    hands: dict[str, list[int]] = {person: [] for person in team}
    after = _turned(start, turns(*_numbers(start), overlap * len(overlapped), len(overlapped)))
    wishes = [
        Wish(person, after.dealt[person] - start.dealt.get(person, 0))
        for person in team
        if after.dealt.get(person, 0) > start.dealt.get(person, 0)
    ]
    for person, hand in (deal(overlapped, wishes, overlap) if wishes else {}).items():
        hands[person] += hand
    order = turns(*_numbers(after), len(tasks))
    for place, task in zip(order, tasks, strict=True):
        hands[team[place]].append(task)
    dealt = {person: tuple(hand) for person, hand in hands.items() if hand}
    return Plan(dealt, _turned(after, order))


def watched(before: Held, untouched: Mapping[str, set[int]], now: datetime) -> Held:
    """What lies untouched now, each since when it was seen so first."""
    return {
        person: {task: before.get(person, {}).get(task, now) for task in sorted(tasks)}
        for person, tasks in untouched.items()
        if tasks
    }


def idle(held: Held, now: datetime, after: timedelta) -> dict[str, set[int]]:
    """Tasks that somebody has had for so long without beginning them, by who has them."""
    found = {
        person: {task for task, since in tasks.items() if now - since >= after}
        for person, tasks in held.items()
    }
    return {person: tasks for person, tasks in found.items() if tasks}


def _numbers(start: Turns) -> tuple[list[int], list[int]]:
    dealt = [start.dealt.get(person, 0) for person in start.weights]
    return list(start.weights.values()), dealt


def _turned(start: Turns, order: Sequence[int]) -> Turns:
    team, dealt = list(start.weights), dict(start.dealt)
    for place in order:
        dealt[team[place]] = dealt.get(team[place], 0) + 1
    return Turns(start.weights, dealt)
