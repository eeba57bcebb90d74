"""Settings of the projects: every version a create-only object, the newest in force."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from pydantic import ValidationError

from plugin.domain.errors import ConflictError, NotFoundError, UnavailableError
from plugin.domain.fields import STORED
from plugin.domain.settings import ProjectSettings
from plugin.stores.documents import decode, encode
from plugin.stores.earlier_forms import SETTINGS
from plugin.stores.objects import ObjectStore

FRESH_FOR = 1.0
"""Seconds for which a process may go on with settings it has read."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class SettingsVersion(msgspec.Struct, frozen=True):
    """Settings with their number, who made them and when."""

    version: int
    settings: ProjectSettings
    by: str
    at: datetime


class _Stored(msgspec.Struct):
    version: int
    by: str
    at: datetime
    settings: dict[str, Any]


class SettingsHistory:
    """All versions of all projects' settings. Safe to share between threads."""

    def __init__(self, store: ObjectStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._cache: dict[str, tuple[float, SettingsVersion]] = {}

    def current(self, project: str) -> SettingsVersion:
        """The settings in force, at most FRESH_FOR seconds old.

        Raises:
            NotFoundError: there is no such project.
        """
        read_at, version = self._cache.get(project, (0.0, None))
        if version is None or self._monotonic() - read_at >= FRESH_FOR:
            read_at, version = self._monotonic(), self.newest(project)
            self._cache[project] = (read_at, version)
        return version

    def newest(self, project: str) -> SettingsVersion:
        """The settings in force, read now.

        Raises:
            NotFoundError: there is no such project.
        """
        return self._read(self._keys(project)[-1])

    def versions(self, project: str) -> Iterator[SettingsVersion]:
        """Every version of the settings, oldest first.

        Raises:
            NotFoundError: there is no such project.
        """
        return map(self._read, self._keys(project))

    def latest(
        self, project: str, limit: int, before: int | None = None
    ) -> tuple[SettingsVersion, ...]:
        """The newest versions, at most `limit` of them, newest first; only those `before` one.

        Raises:
            NotFoundError: there is no such project.
        """
        end = None if before is None else _key(project, before)
        keys = [key for key in self._keys(project) if end is None or key < end]
        return tuple(map(self._read, keys[: -limit - 1 : -1]))

    def get(self, project: str, version: int) -> SettingsVersion:
        """One version of the settings.

        Raises:
            NotFoundError: there is no such project, or no such version of its settings.
        """
        if (key := _key(project, version)) not in self._keys(project):
            raise NotFoundError("settings version", f"{project} {version}")
        return self._read(key)

    def add(
        self, settings: ProjectSettings, by: str, at: datetime, base: int | None = None
    ) -> SettingsVersion:
        """Put new settings in force; the same settings again change nothing.

        `base` is the version they were made from, 0 where there was none; None replaces any.

        Raises:
            ConflictError: somebody else has changed them since, or did at the same moment.
        """
        newest = self._newest_or_none(settings.project)
        number = newest.version if newest else 0
        if base is not None and base != number:
            said = f"settings of {settings.project!r} are at version {number} by now, not {base}"
            raise ConflictError(said)
        if newest is not None and newest.settings == settings:
            return newest
        return self._create(number + 1, settings, by, at)

    def switch(self, project: str, by: str, at: datetime, *, enabled: bool) -> SettingsVersion:
        """Switch a project on or off.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: somebody else changed its settings at the same moment.
        """
        newest = self.newest(project)
        settings = newest.settings.model_copy(update={"enabled": enabled})
        return self.add(settings, by, at, base=newest.version)

    def roll_back(
        self, project: str, version: int, by: str, at: datetime, base: int | None = None
    ) -> SettingsVersion:
        """Put the settings of an earlier version in force, as a new version.

        Raises:
            NotFoundError: there is no such project, or no such version of its settings.
            ConflictError: somebody else has changed them since `base`, or did at the same moment.
        """
        return self.add(self.get(project, version).settings, by, at, base)

    def projects(self) -> list[str]:
        """Names of all projects, sorted."""
        return self._store.folders("projects/")

    def _newest_or_none(self, project: str) -> SettingsVersion | None:
        try:
            return self.newest(project)
        except NotFoundError:
            return None

    def _create(
        self, number: int, settings: ProjectSettings, by: str, at: datetime
    ) -> SettingsVersion:
        stored = _Stored(number, by, at, settings.model_dump(mode="json"))
        if not self._store.create(_key(settings.project, number), encode(stored, SETTINGS)):
            raise ConflictError(f"settings of {settings.project!r} were changed at the same moment")
        return SettingsVersion(number, settings, by, at)

    def _keys(self, project: str) -> list[str]:
        """Where the versions lie, oldest first."""
        # Names come from command lines and addresses; most of what is no name is no key either.
        known = _NAME.fullmatch(project)
        keys = list(self._store.keys(f"projects/{project}/settings/")) if known else []
        if not keys:
            raise NotFoundError("project", project)
        return keys

    def _read(self, key: str) -> SettingsVersion:
        try:
            return _decode(key, self._store.get(key))
        except ValidationError as error:
            raise UnavailableError(key, f"these settings cannot be read: {error}") from error


def _key(project: str, version: int) -> str:
    return f"projects/{project}/settings/{version:06d}.json"


def _decode(key: str, data: bytes) -> SettingsVersion:
    stored = decode(key, data, _Stored, SETTINGS)
    settings = ProjectSettings.model_validate(stored.settings, context=STORED)
    return SettingsVersion(stored.version, settings, stored.by, stored.at)
