"""The read side of the retrain trigger: when versions are made, who is told, what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from plugin.bootstrap import Application
from plugin.domain.announcing import (
    MAX_TRIES,
    Announcement,
    Begun,
    Channel,
    Delivery,
    ModelSeen,
)
from plugin.domain.errors import InvalidInputError
from plugin.domain.retrain_settings import RetrainSettings
from webhook_server.pages.filters import counted

SHOWN = 8
"""Announcements that the page lists; the Store has all."""

CHANNELS: dict[Channel, str] = {"webhook": "Webhook", "command": "Command"}
_STATES = {"waiting": "Waiting", "running": "Running", "delivered": "Taken", "dead": "Given up"}
_LOOKS = {"waiting": "is-warn", "running": "is-warn", "delivered": "is-on", "dead": "is-bad"}
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """How an announcement fares on one channel, in words; `look` is a badge's class."""

    channel: str
    state: str
    look: str
    tries: str
    error: str
    tried_at: datetime | None
    next_at: datetime | None
    output: str


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """A version that was announced, or was to be; `model` is the new one that came in use."""

    version: int
    reason: str
    at: datetime
    deliveries: tuple[DeliveryRow, ...]
    expected: str
    model: ModelSeen | None


@dataclass(frozen=True, slots=True)
class RetrainingView:
    """Everything about a project's retraining that its page shows.

    `triggers` say when a version is made; `troubles` what has to be set up, by channel; `begun` is
    a version that is being made, or could not be.
    """

    triggers: tuple[str, ...]
    webhook: str
    runs_command: bool
    troubles: tuple[tuple[str, str], ...]
    secret_at: datetime | None
    begun: Begun | None
    rows: tuple[AnnouncementRow, ...]


def retraining_view(parts: Application, project: str, settings: RetrainSettings) -> RetrainingView:
    """Look at a project's announcements. Nobody is called."""
    secret_at = parts.retrain_secrets.made_at(project)
    return RetrainingView(
        triggers=tuple(_triggers(settings)),
        webhook=settings.webhook or "",
        runs_command=settings.command,
        troubles=tuple(_troubles(parts, settings, has_secret=secret_at is not None)),
        secret_at=secret_at,
        begun=parts.announcements.begun(project),
        rows=tuple(_row(each) for each in parts.announcements.newest(project, SHOWN)),
    )


def _triggers(settings: RetrainSettings) -> Iterator[str]:
    if settings.after_images:
        yield f"after {counted(settings.after_images, 'new image')}"
    if settings.on_batch:
        yield "when a batch is completed"
    if settings.every:
        yield f"every {_PERIODS[settings.every]}"


def _troubles(
    parts: Application, settings: RetrainSettings, *, has_secret: bool
) -> Iterator[tuple[str, str]]:
    """What keeps a channel from carrying anything, as far as the web server can see."""
    try:
        if settings.webhook and (said := parts.webhook_poster.trouble(settings.webhook)):
            yield "Webhook", f"its address cannot be used: {said}"
        if settings.command and not parts.retrain_command.is_set:
            yield "Command", "the operator has set no LSAL_RETRAIN_COMMAND"
    except InvalidInputError as error:  # a page must not fail where an operator can be told
        yield "Environment", str(error)
    if settings.webhook and not has_secret:
        yield "Webhook", "there is no signing secret yet"


def _row(announcement: Announcement) -> AnnouncementRow:
    return AnnouncementRow(
        version=announcement.version,
        reason=announcement.reason,
        at=announcement.at,
        deliveries=tuple(map(_delivery, announcement.deliveries)),
        expected=announcement.expected,
        model=announcement.seen,
    )


def _delivery(delivery: Delivery) -> DeliveryRow:
    last = delivery.attempts[-1] if delivery.attempts else None
    is_failing = last is not None and bool(last.error) and delivery.outcome != "delivered"
    return DeliveryRow(
        channel=CHANNELS[delivery.channel],
        state="Failing" if is_failing and delivery.outcome == "waiting" else _state(delivery),
        look=_LOOKS[delivery.outcome],
        tries=f"{delivery.tries} of {MAX_TRIES} tries" if is_failing and delivery.tries else "",
        error=last.error if last and is_failing else "",
        tried_at=last.at if last else None,
        next_at=delivery.next_at if is_failing else None,
        output=delivery.output,
    )


def _state(delivery: Delivery) -> str:
    return _STATES[delivery.outcome]
