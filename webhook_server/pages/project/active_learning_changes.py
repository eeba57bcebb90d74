"""What a manager changes on a project's page: each a form, each told what became of it."""

from dataclasses import dataclass

from flask import Request, flash, redirect, url_for
from werkzeug.wrappers import Response

from plugin.bootstrap import Application
from plugin.domain.errors import ConflictError, InvalidInputError
from webhook_server.pages.project.filled_form import Form
from webhook_server.pages.project.settings_fields import Section
from webhook_server.pages.project.settings_posts import Editor
from webhook_server.people.identity import person


@dataclass(frozen=True)
class Changes:
    """Takes the forms; `request` is Flask's, of whoever posts."""

    application: Application
    request: Request

    def save(self, project: str, section: Section) -> Form | None:
        """Put a section of the settings in force; the form again where that could not be."""
        form = self._editor(project).save(section, self.request.form)
        if form is None:
            flash("Saved. These settings are in force.", "done")
        return form

    def switch(self, project: str) -> Response:
        """Switch the project on or off."""
        on = self.request.form.get("on") == "true"
        try:
            self._editor(project).switch(on=on)
        except InvalidInputError as error:
            flash(f"Not switched on: enabled stays {error.errors[0].expected}.", "error")
        except ConflictError:
            flash("Not switched: somebody changed the settings meanwhile. Look again.", "error")
        else:
            flash("Active learning is on." if on else "Active learning is off.", "done")
        return self.back(project)

    def roll_back(self, project: str) -> Response:
        """Put an earlier version of the settings in force."""
        version, base = (self.request.form.get(name, 0, type=int) for name in ("version", "base"))
        try:
            self._editor(project).roll_back(version, base)
        except InvalidInputError as error:
            flash(f"Not rolled back: enabled stays {error.errors[0].expected}.", "error")
        except ConflictError:
            flash("Not rolled back: somebody changed the settings meanwhile. Look again.", "error")
        else:
            flash(f"The settings are as in version {version} again.", "done")
        return self.back(project)

    def back(self, project: str) -> Response:
        """To the page, so that loading it again posts nothing again."""
        return redirect(url_for("active_learning.show", project=project), 303)

    def _editor(self, project: str) -> Editor:
        return Editor(self.application, project, person().email)
