"""The read side of the dashboard: what a page shows, from the Store and Redis alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.assigning import Assignment
from plugin.domain.deciding import Outcome
from plugin.domain.deployment import Deployment
from plugin.stores.settings_history import SettingsVersion
from plugin.training_set.versions import Manifest
from webhook_server.deployment_rows import DeploymentRow, deployment_rows

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
class Reviewer:
    """Who reviews how many images of a batch, and the address where that begins."""

    name: str
    images: int
    link: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch and how far its review is."""

    title: str
    link: str
    total: int
    finished: int
    skipped: int
    reviewers: tuple[Reviewer, ...]
    created_at: datetime
    closed: str
    """Why it takes no more images, like a project that was deleted in Label Studio; else ""."""

    @property
    def waiting(self) -> int:
        """Images that nobody has finished or skipped."""
        return max(0, self.total - self.finished - self.skipped)

    @property
    def unassigned(self) -> int:
        """Images that no reviewer was given."""
        return max(0, self.total - sum(reviewer.images for reviewer in self.reviewers))

    @property
    def status(self) -> str:
        """One of three words; a skipped image is done with, so that a batch can end."""
        if self.total and not self.waiting:
            return "Completed"
        return "In progress" if self.finished or self.skipped else "Not started"


@dataclass(frozen=True, slots=True)
class Failures:
    """Frames that were set aside, and what went wrong with some of them."""

    count: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectView:
    """Everything about one project that the page shows; batches newest first."""

    name: str
    settings: SettingsVersion
    deployments: tuple[DeploymentRow, ...]
    funnel: Funnel
    pending: int
    failures: Failures
    batches: tuple[BatchRow, ...]
    training_set: Manifest | None

    @property
    def waiting(self) -> int:
        """Images in Label Studio that nobody has finished or skipped."""
        return sum(batch.waiting for batch in self.batches)


def projects(application: Application) -> list[ProjectView]:
    """All projects, by name. No call to Label Studio is made."""
    # Read once for all of them: the Store keeps deployments side by side.
    deployments = application.deployments.by_project()
    names = application.history.projects()
    return [_project(application, name, deployments.get(name, [])) for name in names]


def _project(application: Application, name: str, deployments: Sequence[Deployment]) -> ProjectView:
    batches = tuple(_batch_rows(application, name))
    training_set = application.training_sets.newest(name)
    return ProjectView(
        name=name,
        settings=application.history.current(name),
        deployments=deployment_rows(application, deployments, utc_now()),
        funnel=_funnel(
            application.funnel.totals(name), batches, training_set.images if training_set else 0
        ),
        pending=len(application.spool.pending(name)),
        failures=_failures(application, name),
        batches=tuple(sorted(batches, key=attrgetter("created_at"), reverse=True)),
        training_set=training_set,
    )


def _funnel(totals: dict[str, int], batches: Sequence[BatchRow], trained: int) -> Funnel:
    counted = [(key, heading, totals.get(counter, 0)) for key, heading, counter in EVENTS]
    counted += [
        ("tasks", "In Label Studio", sum(batch.total for batch in batches)),
        ("reviewed", "Reviewed", sum(batch.finished for batch in batches)),
        ("training-set", "In the training set", trained),
    ]
    wholes = [0, *(count for _, _, count in counted)]
    stages = tuple(_stage(*each, whole) for each, whole in zip(counted, wholes, strict=False))
    return Funnel(stages[: len(EVENTS)], stages[len(EVENTS) :], _refused(totals), _edge(totals))


def _stage(key: str, heading: str, count: int, whole: int) -> Stage:
    # Redis may have been lost, and its counts with it; and a review may have been withdrawn since.
    return Stage(key, heading, count, max(whole, count) if key != "received" else 0)


def _refused(totals: dict[str, int]) -> tuple[Stage, ...]:
    """Why events were turned away, most frequent first."""
    received = totals.get("received", 0)
    found = [
        _stage(outcome, _reason(outcome), count, received)
        for outcome in Outcome
        if outcome is not Outcome.KEPT and (count := totals.get(f"outcome:{outcome}", 0))
    ]
    return tuple(sorted(found, key=attrgetter("count"), reverse=True))


def _edge(totals: dict[str, int]) -> tuple[Stage, ...]:
    """What clients reported, most frequent first, as shares of all that they reported."""
    counts = {name: count for name in EDGE if (count := totals.get(f"edge:{name}", 0))}
    whole = sum(counts.values())
    found = [_stage(f"edge-{name}", EDGE[name], count, whole) for name, count in counts.items()]
    return tuple(sorted(found, key=attrgetter("count"), reverse=True))


def _reason(outcome: Outcome) -> str:
    return REASONS.get(outcome, outcome.replace("_", " ").capitalize())


def _failures(application: Application, project: str) -> Failures:
    some = islice(application.spool.failed(project), READ_FAILURES)
    errors = dict.fromkeys(frame.error for frame in some)
    return Failures(application.spool.count_failed(project), tuple(errors)[:SHOWN_ERRORS])


def _batch_rows(application: Application, project: str) -> Iterator[BatchRow]:
    url = application.config.browser_url
    for batch in application.batches.of_project(project):
        progress = application.batches.progress(batch)
        yield BatchRow(
            title=batch.title,
            link=f"{url}/projects/{batch.label_studio_id}/data",
            # What we imported since the last look, and what somebody else added by hand.
            total=max(batch.size, progress.total),
            finished=progress.finished,
            skipped=progress.skipped,
            reviewers=_reviewers(application.batches.assignments(batch), url),
            created_at=batch.created_at,
            closed=batch.closed,
        )


def _reviewers(assignments: Sequence[Assignment], url: str) -> tuple[Reviewer, ...]:
    """Each reviewer once: a later assignment's tab shows the images of the earlier ones too."""
    found: dict[str, Reviewer] = {}
    for each in assignments:
        before = found.get(each.reviewer)
        images = len(each.task_ids) + (before.images if before else 0)
        found[each.reviewer] = Reviewer(each.reviewer, images, f"{url}{each.link}")
    return tuple(found.values())
