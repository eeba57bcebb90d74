"""The first half of `lsal init`: where everything is, each place tried before it is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import click

from plugin.bootstrap import Application
from plugin.commands.asking import Question, Terminal, UnusableError
from plugin.commands.doctor import line_of
from plugin.config import Config, read_config
from plugin.domain.diagnosis import Finding

URL, TOKEN, REDIS, STORE = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "REDIS_URL", "STORE_URL"
MEDIA, PUBLIC = "LSAL_MEDIA", "LSAL_PUBLIC_URL"

HIDDEN = frozenset({TOKEN})
"""What is neither shown nor echoed."""

OPTIONS = {
    URL: "--label-studio", TOKEN: "--token", REDIS: "--redis", STORE: "--store",
    MEDIA: "--media", PUBLIC: "--public-url",
}  # fmt: skip
"""The option that answers for each variable."""


@dataclass
class Places:
    """Asks for the variables of the environment; `given` is what options said, by variable."""

    terminal: Terminal
    given: Mapping[str, str | None]
    before: Config
    chosen: dict[str, str] = field(default_factory=dict)

    def ask(self) -> dict[str, str]:
        """The value of every variable, each proven to work as far as it can be by itself.

        Raises:
            ActiveLearningError: nobody is asked, and something does not work.
        """
        before = self.before
        token = before.label_studio_api_key.get_secret_value()
        self._ask("Where Label Studio is", URL, before.label_studio_url)
        self._ask("Your token there (Account & Settings)", TOKEN, token)
        self._ask("Where Redis or Valkey is", REDIS, before.redis_url)
        self._ask("The Store, a folder or s3://…", STORE, before.store_url)
        self._ask("Where reviewers' images lie: upload, a folder, or s3://…", MEDIA, before.media)
        self._ask("Where others find `lsal serve` (empty: this machine)", PUBLIC, before.public_url)
        return self.chosen

    def _ask(self, text: str, name: str, usual: str) -> None:
        secret = name in HIDDEN
        needed = secret and not usual
        question = Question(text, OPTIONS[name], None if needed else usual, secret=secret)
        answer = self.terminal.ask(question, self.given[name], lambda value: self._try(name, value))
        self.chosen[name] = answer

    def _try(self, name: str, value: str) -> None:
        parts = Application(read_config(**{**self.chosen, name: value}))
        try:
            _say(_findings(name, parts))
        finally:
            parts.close()


def _findings(name: str, parts: Application) -> Iterable[Finding]:
    """What is found where a variable leads."""
    from plugin.bootstrap.diagnosing import label_studio_checks_of, redis_checks_of
    from plugin.services.diagnosing.environment import public_findings
    from plugin.services.diagnosing.storing import StoreChecks

    if name in {URL, TOKEN}:
        found = label_studio_checks_of(parts)()
        # The token is looked at with the next answer, once it is known.
        return (each for each in found if (each.check == "server") == (name == URL))
    if name == REDIS:
        return redis_checks_of(parts)()
    if name == STORE:
        return StoreChecks(parts.store).findings()
    return public_findings(parts.config.public_url) if name == PUBLIC else ()


def _say(findings: Iterable[Finding]) -> None:
    """Say what is found.

    Raises:
        UnusableError: it is a failure.
    """
    for each in findings:
        if each.level == "failure":
            raise UnusableError(f"{each.check}: {each.said.rstrip('.')}. To change: {each.fix}")
        click.echo(f"  {line_of(each)}")
