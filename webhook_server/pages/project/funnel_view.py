"""The read side of a project's funnel: how far its events came, and what failed on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from plugin.bootstrap import Application
from plugin.domain.deciding import Outcome

EVENTS = (
    ("received", "Received", "received"),
    ("sampled", "Sampled", "sampled"),
    ("matched", "Matched a rule", "matched"),
    ("kept", "Kept", f"outcome:{Outcome.KEPT}"),
)
"""Key, heading and counter of the funnel's first stages; the others are counted in the Store."""

REASONS = {
    Outcome.DISABLED: "Switched off",
    Outcome.NOT_SAMPLED: "Not sampled",
    Outcome.NO_RULE_MATCHED: "No rule matched",
    Outcome.CAP_REACHED: "Limit reached",
    Outcome.IMAGE_MISSING: "Image never came",
}
"""Why an event was turned away, in a manager's words."""

EDGE = {
    "disabled": "Switched off",
    "not_sampled": "Not sampled",
    "no_rule_matched": "No rule matched",
    "dropped": "Lost: no room, or too old",
}
"""What clients report of events that they did not post."""

SHOWN_ERRORS = 3
READ_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar: a count, and the whole that it is a share of (at least the count; 0: of nothing)."""

    key: str
    heading: str
    count: int
    whole: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far events came, then the frames kept of them, and why the others were turned away.

    Stages are shares of the stage before: often fewer than one event in a hundred is kept, so that
    on one scale for all of them nothing could be seen.
    """

    events: tuple[Stage, ...]
    frames: tuple[Stage, ...]
    refused: tuple[Stage, ...]
    edge: tuple[Stage, ...]
    """What clients turned away where they are, and what they lost."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not any(stage.count for stage in self.events + self.frames + self.edge)


@dataclass(frozen=True, slots=True)
class Failures:
    """Frames that were set aside, and what went wrong with some of them."""

    count: int
    errors: tuple[str, ...]


def funnel_of(totals: Mapping[str, int], tasks: int, reviewed: int, trained: int) -> Funnel:
    """The funnel of a project.

    Args:
        totals: its counts in Redis, by stage.
        tasks: images that it has in Label Studio.
        reviewed: those of them that were finished.
        trained: images in its newest training set.
    """
    counted = [(key, heading, totals.get(counter, 0)) for key, heading, counter in EVENTS]
    counted += [
        ("tasks", "In Label Studio", tasks),
        ("reviewed", "Reviewed", reviewed),
        ("training-set", "In the training set", trained),
    ]
    wholes = [0, *(count for _, _, count in counted)]
    stages = tuple(_stage(*each, whole) for each, whole in zip(counted, wholes, strict=False))
    return Funnel(stages[: len(EVENTS)], stages[len(EVENTS) :], _refused(totals), _edge(totals))


def failures_of(application: Application, project: str) -> Failures:
    """The frames of a project that were set aside."""
    some = islice(application.spool.failed(project), READ_FAILURES)
    errors = dict.fromkeys(frame.error for frame in some)
    return Failures(application.spool.count_failed(project), tuple(errors)[:SHOWN_ERRORS])


def _stage(key: str, heading: str, count: int, whole: int) -> Stage:
    # Redis may have been lost, and its counts with it; and a review may have been withdrawn since.
    return Stage(key, heading, count, max(whole, count) if key != "received" else 0)


def _refused(totals: Mapping[str, int]) -> tuple[Stage, ...]:
    """Why events were turned away, most frequent first."""
    received = totals.get("received", 0)
    found = [
        _stage(outcome, _reason(outcome), count, received)
        for outcome in Outcome
        if outcome is not Outcome.KEPT and (count := totals.get(f"outcome:{outcome}", 0))
    ]
    return tuple(sorted(found, key=attrgetter("count"), reverse=True))


def _edge(totals: Mapping[str, int]) -> tuple[Stage, ...]:
    """What clients reported, most frequent first, as shares of all that they reported."""
    counts = {name: count for name in EDGE if (count := totals.get(f"edge:{name}", 0))}
    whole = sum(counts.values())
    found = [_stage(f"edge-{name}", EDGE[name], count, whole) for name, count in counts.items()]
    return tuple(sorted(found, key=attrgetter("count"), reverse=True))


def _reason(outcome: Outcome) -> str:
    return REASONS.get(outcome, outcome.replace("_", " ").capitalize())
