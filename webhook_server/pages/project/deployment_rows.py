"""The read side of a project's deployments: who posts, how much, and with which models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin.bootstrap import Application
from plugin.domain.deployment import Deployment
from plugin.stores.measures.activity import Seen

SHOWN_VERSIONS = 3


@dataclass(frozen=True, slots=True)
class VersionShare:
    """How many of a deployment's events came from one model version ("" where none was said)."""

    name: str
    events: int


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """One deployment. `seen` says in words when it last was, `rate` how much it posts now.

    `versions` are the most frequent ones, `more` the number of the others; `events` counts all.
    """

    name: str
    model: str
    revoked: bool
    seen: str
    seen_at: datetime | None
    rate: str
    versions: tuple[VersionShare, ...]
    more: int
    events: int


def deployment_rows(
    application: Application, deployments: Sequence[Deployment], now: datetime
) -> tuple[DeploymentRow, ...]:
    """The deployments of a project, in the order given."""
    activity = application.activity.of(deployments, now)
    return tuple(_row(application, each, activity[each.id], now) for each in deployments)


def _row(
    application: Application, deployment: Deployment, seen: Seen, now: datetime
) -> DeploymentRow:
    last = seen.last
    words = f"Seen {ago(last, now)}" if last else _without_time(application, deployment)
    versions = [VersionShare(name, number) for name, number in seen.versions.items()]
    return DeploymentRow(
        name=deployment.name,
        model=" ".join(filter(None, (deployment.model, deployment.version))),
        revoked=deployment.revoked,
        seen=words,
        seen_at=last,
        rate=rate(seen.per_second),
        versions=tuple(versions[:SHOWN_VERSIONS]),
        more=len(versions[SHOWN_VERSIONS:]),
        events=_events(versions),
    )


def _without_time(application: Application, deployment: Deployment) -> str:
    """What is left to say when Redis knows of no time: it may have been emptied."""
    return "Seen some time ago" if application.deployments.first_seen(deployment) else "Never seen"


def _events(versions: Iterable[VersionShare]) -> int:
    return sum(version.events for version in versions)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in one unit, rounded down: `just now`, `2 min ago`, `3 days ago`."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h ago"
    days = int(seconds // 86_400)
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def rate(per_second: float) -> str:
    """Events a second as the page writes them, in the unit that suits; "" for none."""
    if per_second <= 0:
        return ""
    if per_second >= 0.95:
        shown = f"{per_second:,.0f}" if per_second >= 9.95 else f"{per_second:.1f}"
        return f"{shown} events/s"
    per_minute = max(1, round(60 * per_second))
    return "1 event/min" if per_minute == 1 else f"{per_minute} events/min"
