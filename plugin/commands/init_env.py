"""How `lsal init` writes `.env`: asked first, all else in it kept, whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
from pydantic_settings import DotEnvSettingsSource

from plugin.commands.asking import Terminal, UnusableError
from plugin.commands.init_places import HIDDEN, MEDIA, PUBLIC
from plugin.config import UPLOAD, Config
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.env_file import merged, write_env

ENV = Path(".env")
_UNSAID = {MEDIA: UPLOAD, PUBLIC: ""}
"""What need not be written, as it goes without saying."""


def keep(terminal: Terminal, chosen: Mapping[str, str], *, force: bool) -> None:
    """Write into `.env` what neither it nor the environment says.

    Raises:
        UnusableError: it would change what is there, and nobody was asked.
        InvalidInputError: the file, or a value, is not such text.
    """
    text, said = _read()
    missing = {name: value for name, value in chosen.items() if _is_missing(name, value, said)}
    if not missing:
        click.echo(".env: nothing to write, what is chosen is said already")
        return
    if said is not None:
        for name, value in missing.items():
            click.echo(f"  {name}: {_shown(name, said.get(name))} → {_shown(name, value)}")
        if not force and not terminal.agree("Change .env so", usual=False, option="--force"):
            if terminal.silent:
                raise UnusableError(".env says otherwise; --force changes it as shown")
            raise click.Abort
    try:
        write_env(ENV, merged(text, missing))
    except OSError as error:
        raise UnusableError(f".env: {error.strerror}; run this where it may be written") from error
    click.echo(f".env: {', '.join(missing)} written, for you alone to read")
    for name in missing:
        if name in os.environ:
            click.echo(f"  {name} is set in the environment as well, which counts more: unset it")


def _read() -> tuple[str, Mapping[str, str | None] | None]:
    """The text of `.env` and what it says; "" and None where there is none."""
    try:
        text = ENV.read_text(encoding="utf-8")
    except FileNotFoundError:
        return "", None
    except UnicodeDecodeError as error:
        raise InvalidInputError(FieldError(str(ENV), str(error), "text in UTF-8")) from None
    except OSError as error:
        raise UnusableError(f".env: {error.strerror}") from error
    return text, DotEnvSettingsSource(Config, env_file=ENV, case_sensitive=True).env_vars


def _is_missing(name: str, value: str, said: Mapping[str, str | None] | None) -> bool:
    """Whether a process that starts here would not know a value."""
    if name in os.environ:
        return os.environ[name] != value
    known = (said or {}).get(name)
    return known != value and not (known is None and value == _UNSAID.get(name))


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return "not there"
    return "…" if name in HIDDEN else repr(value)
