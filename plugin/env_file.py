"""The file `.env`: what our processes read at their start, written without losing a line of it."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plugin.domain.errors import FieldError, InvalidInputError

MODE = 0o600
"""It holds a token: its owner alone may read it."""

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+,./:=-]*")


def merged(text: str, values: Mapping[str, str]) -> str:
    """The text of an `.env` with these values in it; every other line stays where it is.

    A variable that stands there several times keeps its last place, which is the one that counts.

    Raises:
        InvalidInputError: a value cannot stand in such a file.
    """
    lines = text.splitlines()
    last = {found[1]: at for at, line in enumerate(lines) if (found := _LINE.match(line))}
    written = {name: f"{name}={_quoted(name, value)}" for name, value in values.items()}
    for name, line in written.items():
        if name in last:
            lines[last[name]] = line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def write_env(path: Path, text: str) -> None:
    """Put a text in the place of an `.env`, whole or not at all, for its owner alone to read.

    Raises:
        OSError: it could not be written; what was there is as it was.
    """
    path = path.resolve()  # where it is a link, what it leads to is replaced
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".env-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), MODE)
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _quoted(name: str, value: str) -> str:
    """A value as python-dotenv, docker compose and a shell read it alike."""
    if _PLAIN.fullmatch(value):
        return value
    if not value.isprintable() or "${" in value or "'" in value or "\\" in value:
        expected = "printable characters, without quotes, backslashes and `${`"
        raise InvalidInputError(FieldError(name, value, expected))
    return f"'{value}'"
