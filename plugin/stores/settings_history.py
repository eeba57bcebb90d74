"""Settings of the projects: every version a create-only object, the newest in force."""

import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.settings import ProjectSettings
from plugin.stores.objects import ObjectStore

FRESH_FOR = 1.0
"""Seconds for which a process may go on with settings it has read."""


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
    settings: msgspec.Raw


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
        keys = list(self._store.keys(f"projects/{project}/settings/"))
        if not keys:
            raise NotFoundError("project", project)
        return _decode(self._store.get(keys[-1]))

    def add(self, settings: ProjectSettings, by: str, at: datetime) -> SettingsVersion:
        """Put new settings in force; the same settings again change nothing.

        Raises:
            ConflictError: somebody else changed them at the same moment.
        """
        try:
            newest = self.newest(settings.project)
        except NotFoundError:
            newest = None
        if newest is not None and newest.settings == settings:
            return newest
        number = newest.version + 1 if newest else 1
        stored = _Stored(number, by, at, msgspec.Raw(settings.model_dump_json().encode()))
        key = f"projects/{settings.project}/settings/{number:06d}.json"
        if not self._store.create(key, msgspec.json.format(msgspec.json.encode(stored), indent=1)):
            raise ConflictError(f"settings of {settings.project!r} were changed at the same moment")
        return SettingsVersion(number, settings, by, at)

    def projects(self) -> list[str]:
        """Names of all projects, sorted."""
        return self._store.folders("projects/")


def _decode(data: bytes) -> SettingsVersion:
    stored = msgspec.json.decode(data, type=_Stored)
    settings = ProjectSettings.model_validate_json(bytes(stored.settings))
    return SettingsVersion(stored.version, settings, stored.by, stored.at)
