"""The ways by which a version is announced: a signed webhook, and the operator's command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from plugin.clock import Clock
from plugin.domain.announcing import Announcement, Attempt
from plugin.domain.errors import UnavailableError
from plugin.domain.retrain_settings import RetrainSettings
from plugin.edge.signing import Signer
from plugin.formats.reading import UNREADABLE
from plugin.posting import Answer, WebhookPoster
from plugin.running import COMMAND, CommandRunner
from plugin.stores.access.retrain_secrets import RetrainSecrets
from plugin.stores.measures.activity import MAX_VERSION_LENGTH

SHOWN_ANSWER = 500
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How one try ended; `expected` is the model version that the receiver named.

    `asked` are the seconds that it wants to be left alone.
    """

    attempt: Attempt
    is_taken: bool
    output: str = ""
    asked: float | None = None
    expected: str = ""


class AnnouncingChannel(Protocol):
    """What carries announcements."""

    def trouble(self, project: str, settings: RetrainSettings) -> str:
        """What has to be set up before anything can be sent; "" for nothing."""

    def send(self, announcement: Announcement, settings: RetrainSettings) -> Tried:
        """Announce a version once."""


class _Named(msgspec.Struct):
    model_version: str = ""


@dataclass(frozen=True)
class WebhookChannel:
    """Posts announcements, signed as Standard Webhooks says: https://www.standardwebhooks.com."""

    poster: WebhookPoster
    secrets: RetrainSecrets
    clock: Clock

    def trouble(self, project: str, settings: RetrainSettings) -> str:
        """What has to be set up before anything can be sent; "" for nothing."""
        if settings.webhook is None:
            return "the settings have no webhook any more"
        if trouble := self.poster.trouble(settings.webhook):
            return f"the webhook's address: {trouble}"
        return "" if self.secrets.of(project) else "there is no signing secret yet"

    def send(self, announcement: Announcement, settings: RetrainSettings) -> Tried:
        """Announce a version once."""
        now, body = self.clock(), announcement.body.encode()
        headers = self._headers(announcement, body, now.timestamp())
        try:
            answer = self.poster.post(settings.webhook or "", headers, body)
        except UnavailableError as error:
            return Tried(Attempt(now, error=str(error)), is_taken=False)
        said = "" if answer.is_taken else f"answered {answer.status}"
        return Tried(
            Attempt(now, answer.status, said), answer.is_taken, answer.body[:SHOWN_ANSWER],
            answer.retry_after, _named(answer),
        )  # fmt: skip

    def _headers(self, announcement: Announcement, body: bytes, now: float) -> dict[str, str]:
        """Signed with each live secret, so that the receiver may change over when it likes."""
        signed = [
            Signer(secret).headers(announcement.id, body, now)
            for secret in self.secrets.of(announcement.project)
        ]
        signatures = " ".join(each["webhook-signature"] for each in signed)
        return {**signed[0], "webhook-signature": signatures}


@dataclass(frozen=True)
class CommandChannel:
    """Runs LSAL_RETRAIN_COMMAND; `address` says where a project's training set lies."""

    runner: CommandRunner
    address: Callable[[str], str]
    clock: Clock

    def trouble(self, project: str, settings: RetrainSettings) -> str:  # noqa: ARG002
        """What has to be set up before anything can be run; "" for nothing."""
        if not settings.command:
            return "the settings ask for no command any more"
        return "" if self.runner.is_set else f"the worker has no {COMMAND}"

    def send(self, announcement: Announcement, settings: RetrainSettings) -> Tried:  # noqa: ARG002
        """Run it once."""
        now = self.clock()
        try:
            ended = self.runner.run(self._environment(announcement))
        except OSError as error:
            return Tried(Attempt(now, error=f"cannot be started: {error}"), is_taken=False)
        said = "" if ended.status == 0 else f"exit status {ended.status}"
        if ended.status is None:
            said = f"ended after {self.runner.seconds:g} seconds"
        return Tried(Attempt(now, ended.status, said), ended.status == 0, ended.output)

    def _environment(self, announcement: Announcement) -> Mapping[str, str]:
        return {
            "LSAL_PROJECT": announcement.project,
            "LSAL_VERSION": str(announcement.version),
            "LSAL_FOLDER": self.address(announcement.project),
            "LSAL_ANNOUNCEMENT": announcement.body,
        }


def _named(answer: Answer) -> str:
    """The model version that an answer names; "" where it names none that could be posted."""
    if not answer.is_taken:
        return ""
    try:
        named = msgspec.json.decode(answer.body, type=_Named).model_version
    except UNREADABLE:
        return ""
    return named if len(named) <= MAX_VERSION_LENGTH else ""
