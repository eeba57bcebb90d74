"""The project's rules at the edge: the last that the server gave, also after a restart offline."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from plugin.domain.deciding import Decider
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.fields import STORED
from plugin.domain.settings import ProjectSettings
from plugin.edge.files import write_file
from plugin.formats.predictions import Expected, expected_by
from plugin.formats.reading import UNREADABLE

_DECIDING = {
    "project", "task_type", "classes", "unknown_classes", "enabled", "sampling_rate", "conditions",
    "rules", "seed",
}  # fmt: skip
"""The fields a decision needs: what a newer server knows besides is none of our business."""


class _Answer(msgspec.Struct):
    version: int
    settings: dict[str, Any]


class _Cached(msgspec.Struct):
    url: str
    etag: str
    answer: msgspec.Raw


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules, ready to decide."""

    version: int
    decider: Decider
    expected: Expected


class Rules:
    """The rules in force; `current` is None until any are known, and is read by every thread."""

    def __init__(self, file: Path, url: str, project: str) -> None:
        """Take what an earlier run left in the file, if it came from the same address."""
        self._file = file
        self._url = url
        self._project = project
        self.current: RuleSet | None = None
        self.etag = ""
        self._load()

    def take(self, body: bytes, etag: str) -> None:
        """Put new rules in force, and on disk for the next start.

        Raises:
            InvalidInputError: they cannot be understood; those before stay in force.
            OSError: they are in force, but could not be written.
        """
        self.current = self._compiled(body)
        self.etag = etag
        write_file(self._file, msgspec.json.encode(_Cached(self._url, etag, msgspec.Raw(body))))

    def _load(self) -> None:
        try:
            cached = msgspec.json.decode(self._file.read_bytes(), type=_Cached)
            if cached.url == self._url:
                self.current = self._compiled(bytes(cached.answer))
                self.etag = cached.etag
        except (FileNotFoundError, InvalidInputError, *UNREADABLE):
            return  # the server will be asked for them anyway

    def _compiled(self, body: bytes) -> RuleSet:
        try:
            answer = msgspec.json.decode(body, type=_Answer)
            needed = {name: it for name, it in answer.settings.items() if name in _DECIDING}
            settings = ProjectSettings.model_validate(needed, context=STORED)
        except (ValidationError, *UNREADABLE) as error:
            expected = "rules that this version knows; a newer client may know them"
            raise InvalidInputError(FieldError("rules", str(error), expected)) from error
        if settings.project != self._project:
            raise InvalidInputError(FieldError("project", settings.project, self._project))
        return RuleSet(answer.version, Decider(settings), expected_by(settings))
