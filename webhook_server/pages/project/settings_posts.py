"""Forms of settings that were posted: checked as a settings' file is, and put in force."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.diffing import diff
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from plugin.domain.settings import ProjectSettings
from plugin.settings_file import check_settings
from plugin.stores.settings_history import SettingsVersion
from webhook_server.pages.project.filled_form import Form, Meanwhile
from webhook_server.pages.project.settings_fields import Section
from webhook_server.pages.project.settings_forms import (
    Values,
    brought_forward,
    merged,
    posted,
    written,
)

MAX_DETAIL = 2000
"""Characters of a change that the audit log keeps; the settings' history has all of it."""


@dataclass(frozen=True)
class Editor:
    """Changes the settings of one project for one person."""

    application: Application
    project: str
    by: str

    def save(self, section: Section, sent: MultiDict[str, str]) -> Form | None:
        """Put a section in force; the form again where that could not be, None where it could.

        Raises:
            NotFoundError: there is no such project.
        """
        newest = self.application.history.newest(self.project)
        values, base = posted(section, sent), _version(sent)
        try:
            settings = proposed(section, newest.settings, values)
            # A form that is sent twice, or says what is so already, changes nothing.
            if settings != newest.settings:
                self._apply(settings, newest, base)
        except InvalidInputError as error:
            return self._again(section, values, base, error.errors)
        except ConflictError:
            return self._again(section, values, base)
        return None

    def switch(self, *, on: bool) -> bool:
        """Switch the project on or off; whether that changed anything.

        Raises:
            InvalidInputError: it cannot be switched on yet.
            NotFoundError: there is no such project.
            ConflictError: somebody else changed its settings at the same moment.
        """
        before = self.application.history.newest(self.project)
        switching = self.application.switching
        change = switching.enable if on else switching.disable
        return self._noted(before, change(self.project, self.by, utc_now()))

    def roll_back(self, version: int, base: int) -> bool:
        """Put an earlier version in force again; whether that changed anything.

        Raises:
            InvalidInputError: it would switch the project on, which cannot be yet.
            NotFoundError: there is no such project, or no such version of its settings.
            ConflictError: somebody else has changed them since `base`.
        """
        before = self.application.history.newest(self.project)
        after = self.application.switching.roll_back(
            self.project, version, self.by, utc_now(), base
        )
        return self._noted(before, after, f"as in version {version}; ")

    def _apply(self, settings: ProjectSettings, newest: SettingsVersion, base: int) -> None:
        if base != newest.version:
            raise ConflictError(f"made from version {base}, and {newest.version} is in force")
        after = self.application.switching.apply(settings, self.by, utc_now(), base)
        self._noted(newest, after)

    def _noted(self, before: SettingsVersion, after: SettingsVersion, how: str = "") -> bool:
        if before.version == after.version:
            return False
        changes = "; ".join(map(str, diff(before.settings, after.settings)))
        self.application.audit.add(
            self.by, "settings.changed", self.project, f"version {after.version}",
            (how + changes)[:MAX_DETAIL],
        )  # fmt: skip
        return True

    def _again(
        self, section: Section, values: Values, base: int, errors: tuple[FieldError, ...] = ()
    ) -> Form:
        """The form with what was typed, made from the newest version once its changes are said."""
        newest = self.application.history.newest(self.project)
        before = self._known(base)
        meanwhile = None
        if base != newest.version:
            meanwhile = _meanwhile(before, newest)
            if before is not None:
                values = brought_forward(section, values, before.settings, newest.settings)
        return Form(
            section=section, base=newest.version, values=values, errors=errors,
            meanwhile=meanwhile, is_open=True,
        )  # fmt: skip

    def _known(self, version: int) -> SettingsVersion | None:
        """The version that a form says it was made from; None where there never was one."""
        try:
            return self.application.history.get(self.project, version)
        except NotFoundError:
            return None


def blank(section: Section, version: SettingsVersion, *, is_open: bool = False) -> Form:
    """A section's form as the settings in force fill it."""
    values = written(section, version.settings)
    return Form(section=section, base=version.version, values=values, is_open=is_open)


def proposed(section: Section, settings: ProjectSettings, values: Values) -> ProjectSettings:
    """Settings with one section as a form has it.

    Raises:
        InvalidInputError: naming everything that is wrong.
    """
    return check_settings(merged(section, settings, values))


def _meanwhile(before: SettingsVersion | None, newest: SettingsVersion) -> Meanwhile:
    changes = diff(before.settings, newest.settings) if before else ()
    return Meanwhile(newest.version, newest.by, newest.at, tuple(map(str, changes)))


def _version(sent: MultiDict[str, str]) -> int:
    """The version that a form was made from; 0, which never is one, where it says none."""
    said = sent.get("base", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
