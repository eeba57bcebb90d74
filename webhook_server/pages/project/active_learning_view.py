"""The read side of a project's page, from the Store and Redis alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.diffing import diff
from plugin.stores.frames.batch_index_rows import Page, ProjectTotals, Query
from plugin.stores.settings_history import SettingsVersion
from plugin.training_set.versions import Version
from webhook_server.pages.project.deployment_rows import DeploymentRow, deployment_rows
from webhook_server.pages.project.funnel_view import Failures, Funnel, failures_of, funnel_of
from webhook_server.pages.review.gallery_view import Tile, newest_tiles

SHOWN_VERSIONS = 5
SHOWN_BATCHES = 5
SHOWN_IMAGES = 4
SHOWN_CHANGES = 12
"""Changes that one version lists; a new project's first one may have hundreds."""

PAGE_OF_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the settings.

    `changes` say what it changed; `back` what going back to it would change now. `more` and
    `more_back` count what neither lists.
    """

    version: int
    by: str
    at: datetime
    changes: tuple[str, ...]
    more: int
    back: tuple[str, ...]
    more_back: int


@dataclass(frozen=True, slots=True)
class ProjectView:
    """Everything about one project that its page shows.

    `missing` says what is to be done before it can be switched on, "" where nothing is; `pending`
    are frames on their way into Label Studio.
    """

    name: str
    current: SettingsVersion
    missing: str
    versions: tuple[VersionRow, ...]
    has_older: bool
    deployments: tuple[DeploymentRow, ...]
    funnel: Funnel
    failures: Failures
    pending: int
    totals: ProjectTotals
    batches: Page
    newest: tuple[Tile, ...]
    training_set: Version | None


def project_view(application: Application, name: str) -> ProjectView:
    """A project with its settings as they are now. No call to Label Studio is made.

    Raises:
        NotFoundError: there is no such project.
    """
    found = application.history.latest(name, SHOWN_VERSIONS + 1)
    totals = application.batch_index.project_totals().get(name, ProjectTotals())
    batches = application.batch_index.page(Query(project=name, limit=SHOWN_BATCHES))
    training_set = application.training_sets.newest(name)
    trained = training_set.images if training_set else 0
    counts = application.funnel.totals(name)
    return ProjectView(
        name=name,
        current=found[0],
        missing="" if found[0].settings.enabled else application.switching.missing(name),
        versions=_rows(found[0], found, SHOWN_VERSIONS),
        has_older=len(found) > SHOWN_VERSIONS,
        deployments=_deployments(application, name),
        funnel=funnel_of(counts, totals.images, totals.finished, trained),
        failures=failures_of(application, name),
        pending=len(application.spool.pending(name)),
        totals=totals,
        batches=batches,
        newest=newest_tiles(application, batches.rows, SHOWN_IMAGES),
        training_set=training_set,
    )


def version_rows(
    application: Application, name: str, before: int | None
) -> tuple[SettingsVersion, tuple[VersionRow, ...]]:
    """The version in force, and a page of versions, newest first, that end before one.

    Raises:
        NotFoundError: there is no such project.
    """
    [newest] = application.history.latest(name, 1)
    found = application.history.latest(name, PAGE_OF_VERSIONS + 1, before)
    return newest, _rows(newest, found, PAGE_OF_VERSIONS)


def _rows(
    newest: SettingsVersion, versions: Sequence[SettingsVersion], limit: int
) -> tuple[VersionRow, ...]:
    """Rows of the newest of the versions; the one after them is only compared with."""
    return tuple(_row(newest, after, before) for after, before in _pairs(versions))[:limit]


def _pairs(
    versions: Sequence[SettingsVersion],
) -> Iterator[tuple[SettingsVersion, SettingsVersion | None]]:
    yield from pairwise(versions)
    if versions:
        yield versions[-1], None


def _row(
    newest: SettingsVersion, after: SettingsVersion, before: SettingsVersion | None
) -> VersionRow:
    changes = list(map(str, diff(before.settings if before else None, after.settings)))
    back = list(map(str, diff(newest.settings, after.settings)))
    return VersionRow(
        version=after.version,
        by=after.by,
        at=after.at,
        changes=tuple(changes[:SHOWN_CHANGES]),
        more=max(0, len(changes) - SHOWN_CHANGES),
        back=tuple(back[:SHOWN_CHANGES]),
        more_back=max(0, len(back) - SHOWN_CHANGES),
    )


def _deployments(application: Application, name: str) -> tuple[DeploymentRow, ...]:
    deployments = application.deployments.of_project(name)
    return deployment_rows(application, deployments, utc_now())
