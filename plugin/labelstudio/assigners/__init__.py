"""How Label Studio is told who has which task: one port, an adapter for each edition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plugin.labelstudio.tabs import BY_URGENCY, SHUFFLED

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

TASKS_PER_CALL = 5000
"""Ids in one call; the slowest server, on SQLite, takes 10,000 in two seconds."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changes in one Label Studio project.

    `holders` has everybody who has a task from now on, of each task for which that changed;
    `lost` those of these tasks that somebody had before and has no more; `overlap` how many people
    have one and the same task, at most, in the whole project.
    """

    holders: Mapping[int, tuple[str, ...]]
    lost: frozenset[int]
    overlap: int

    def groups(self) -> Iterator[tuple[tuple[str, ...], list[int]]]:
        """Yield people and the tasks that just these have, few enough for one call."""
        found: dict[tuple[str, ...], list[int]] = {}
        for task, people in self.holders.items():
            found.setdefault(tuple(sorted(people)), []).append(task)
        for people, tasks in found.items():
            for part in parts_of(tasks):
                yield people, part


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where one person begins: a path in Label Studio, and the tab there that it opens."""

    link: str
    view_id: int


class Assigners(Protocol):
    """Both editions: the calls to Label Studio grow with the reviewers, not with the images.

    Every method raises LabelStudioError when the server refuses, fails or does not answer; what it
    was told may be told again.
    """

    def place(self, project: int, change: Change) -> None:
        """Tell Label Studio who has which task."""

    def beginning(self, project: int, reviewer: str, *, shuffled: bool) -> Beginning:
        """Where a reviewer of a project begins, made where it is not there yet."""


def parts_of(tasks: Sequence[int]) -> Iterator[list[int]]:
    """Yield tasks in parts that are few enough for one call."""
    for begin in range(0, len(tasks), TASKS_PER_CALL):
        yield list(tasks[begin : begin + TASKS_PER_CALL])


def beginning_in_tab(
    label_studio: "LabelStudioGateway", project: int, reviewer: str, title: str, *, shuffled: bool
) -> Beginning:
    """A tab with one reviewer's tasks (all, when ""), made where it is not there yet.

    The path opens its next task at once, its filter and order kept.
    """
    order = SHUFFLED if shuffled else BY_URGENCY
    tab = label_studio.find_tab(project, reviewer, order)
    if tab is None:
        tab = label_studio.create_tab(project, title, reviewer, order)
    return Beginning(f"/projects/{project}/data?tab={tab}&labeling=1", tab)
