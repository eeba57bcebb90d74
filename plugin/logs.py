"""Logs: one JSON object a line, the same from every process, with no secret and no image in it.

Log with fields, not with words: `log.info("frame kept", extra={"project": …, "frame_id": …})`.
"""

import json
import logging
import logging.config
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from plugin.redaction import REDACTED, clean

Form = Literal["json", "text"]

MAX_TEXT = 2_000
"""Characters of one field."""

MAX_EXCEPTION = 16_000
"""Characters of an exception with its traceback."""

MAX_ITEMS = 20
"""Entries of a list or an object in a field."""

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_SECRET_FIELDS = frozenset(
    ("authorization", "cookie", "api_key", "password", "secret", "signature", "token")
)

_QUIET = ("httpx", "httpcore", "urllib3", "PIL")
"""Libraries whose every step is no news."""


def configure(level: str, form: Form) -> None:
    """Send the logs of this process, its libraries' too, to standard error."""
    logging.config.dictConfig(dict_config(level, form))


def dict_config(level: str, form: Form) -> dict[str, Any]:
    """What `configure` sets, for servers that set up the logs of their processes by themselves."""
    formatter = JsonFormatter if form == "json" else TextFormatter
    quiet: dict[str, Any] = {name: {"level": "WARNING"} for name in _QUIET}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": f"{formatter.__module__}.{formatter.__qualname__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        # Granian gives its loggers handlers of their own, which would write in another form.
        "loggers": quiet | {name: _handled_by_root() for name in ("_granian", "granian.access")},
    }


class JsonFormatter(logging.Formatter):
    """A record as one line: time (RFC 3339, UTC), level, logger, message, fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a JSON object."""
        said = _basics(record)
        fields = {name: value for name, value in _fields(record).items() if name not in said}
        return json.dumps(said | fields | _exception(record))


class TextFormatter(logging.Formatter):
    """A record for a person at a terminal: the same content, one line, then the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; what others sent cannot begin a line of its own."""
        said = _basics(record)
        fields = " ".join(f"{name}={json.dumps(value)}" for name, value in _fields(record).items())
        message = said["message"].translate(_CONTROLS)
        line = f"{said['time']} {said['level']} {said['logger']}: {message} {fields}".rstrip()
        lines = "\n".join(_exception(record).values()).splitlines()
        return "\n".join((line, *(f"    {each.translate(_CONTROLS)}" for each in lines)))


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def _handled_by_root() -> dict[str, Any]:
    return {"level": "INFO", "handlers": [], "propagate": True}


def _basics(record: logging.LogRecord) -> dict[str, str]:
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {
        "time": time.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": clean(_message(record), MAX_TEXT),
    }


def _message(record: logging.LogRecord) -> str:
    """The message with its arguments; those that are bytes are told by their length."""
    if not record.args:
        return str(record.msg)
    args = record.args
    if isinstance(args, Mapping):
        return str(record.msg) % {name: _short(value) for name, value in args.items()}
    return str(record.msg) % tuple(_short(value) for value in args)


def _short(value: object) -> object:
    """An argument of a message, which may be meant for `%d` as well as for `%s`."""
    return _size_of(value) if isinstance(value, bytes | bytearray | memoryview) else value


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    given = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
    return {name: _named(name, value) for name, value in given.items()}


def _exception(record: logging.LogRecord) -> dict[str, str]:
    parts = []
    if record.exc_info and record.exc_info[0]:
        parts.append(logging.Formatter().formatException(record.exc_info))
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(record.stack_info)
    return {"exception": clean("\n".join(parts), MAX_EXCEPTION)} if parts else {}


def _named(name: str, value: object, depth: int = 3) -> Any:  # noqa: ANN401  JSON
    return REDACTED if name.lower() in _SECRET_FIELDS else _plain(value, depth)


def _plain(value: object, depth: int) -> Any:  # noqa: ANN401  JSON
    """A value as JSON has it, of a bounded size."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return _size_of(value)
    if depth and isinstance(value, Mapping):
        items = list(value.items())[:MAX_ITEMS]
        return {clean(str(name), 100): _named(str(name), each, depth - 1) for name, each in items}
    if depth and isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each, depth - 1) for each in value[:MAX_ITEMS]]
    if isinstance(value, float) and math.isfinite(value):
        return value
    return clean(value.isoformat() if isinstance(value, datetime) else str(value), MAX_TEXT)


def _size_of(value: bytes | bytearray | memoryview) -> str:
    return f"<{len(value)} bytes>"
