"""The System page: what the machinery does, what failed, and putting it back to work."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.bootstrap import Application
from plugin.domain.errors import ConflictError, InvalidInputError, NotFoundError
from plugin.services.notices.notifying import Notifier
from webhook_server.pages.filters import counted
from webhook_server.pages.system import contact_form
from webhook_server.pages.system.contact_form import ContactForm
from webhook_server.pages.system.notification_view import contact_row
from webhook_server.pages.system.system_attention import attention
from webhook_server.pages.system.system_view import system_view
from webhook_server.people.identity import managers_only, person

CHANGED = "Somebody else has changed this since you opened it. Look at it as it is now."

_LETTER = {"retry": (Notifier.retry, "Sent again"), "forget": (Notifier.forget, "Forgotten")}


def blueprint(application: Application) -> Blueprint:
    """The page, and what its forms post to."""
    routes = Blueprint("system", __name__, url_prefix="/system")

    @routes.get("")
    @managers_only
    def show() -> str:
        """Show everything; `?contact=` opens the form of a person's notifications."""
        email = request.args.get("contact")
        return _page(application, None if email is None else _form_of(application, email))

    @routes.post("/frames")
    @managers_only
    def retry_frames() -> Response:
        """Put failed frames of a project back to work: one, or all."""
        return _retry_frames(application, request.form)

    @routes.post("/doctor")
    @managers_only
    def diagnose() -> Response:
        """Ask a worker to check the installation."""
        application.check_up.ask()
        application.audit.add(person().email, "doctor.asked")
        flash("A worker checks the installation now; look again in a minute.", "done")
        return _back("doctor")

    @routes.post("/messages")
    @managers_only
    def letter() -> Response:
        """Send a message that was set aside, or forget it."""
        return _letter(application, request.form)

    @routes.post("/contacts")
    @managers_only
    def contact() -> Response | tuple[str, int]:
        """Say how a person is told."""
        return _contact(application, request.form)

    @routes.get("/contacts")
    def form() -> Response:
        """Lead to the page: the address of a refused form, asked for once more."""
        return _back("notifications")

    return routes


def _page(application: Application, form: ContactForm | None) -> str:
    view = system_view(application)
    return render_template("system.html", view=view, attention=attention(view), form=form)


def _back(section: str) -> Response:
    return redirect(url_for("system.show") + f"#{section}", 303)


def _retry_frames(application: Application, posted: Mapping[str, str]) -> Response:
    project, frame = posted.get("project", ""), posted.get("frame", "")
    application.history.newest(project)  # there is such a project
    retrier = application.retrier
    done = retrier.retry(project, [frame]) if frame else retrier.retry_all(project)
    if done.frames:
        said = f"{counted(done.frames, 'frame')} back to work"
        application.audit.add(person().email, "frames.retried", project, frame, said)
        flash(f"{project}: {said}.", "done")
    for error in done.errors:
        flash(f"Expected {error.expected}.", "error")
    return _back("spool")


def _letter(application: Application, posted: Mapping[str, str]) -> Response:
    try:
        act, word = _LETTER[posted.get("do", "")]
    except KeyError:
        abort(400, "do: expected retry or forget")
    try:
        letter = act(application.notifier, posted.get("person", ""), posted.get("letter", ""))
    except (ConflictError, NotFoundError) as error:
        flash(f"Nothing was done: {error}.", "error")
    else:
        by, action = person().email, f"message.{posted['do']}"
        application.audit.add(by, action, "", letter.recipient, letter.message.title)
        flash(f"{word}: “{letter.message.title}” to {letter.recipient}.", "done")
    return _back("notifications")


def _form_of(application: Application, email: str) -> ContactForm:
    """The form of a person who has a contact, or of one who is to get one."""
    row = contact_row(application.contacts.of(email))
    return ContactForm(row.email, row.enabled, "", row.revision, row.channels)


def _contact(application: Application, posted: Mapping[str, str]) -> Response | tuple[str, int]:
    form = contact_form.read(posted)
    try:
        saved = contact_form.save(application, form, keep="keep" in posted)
    except InvalidInputError as error:
        errors = {each.field: f"Expected {each.expected}." for each in error.errors}
        return _page(application, _with(application, form, errors)), 422
    except ConflictError:
        return _page(application, _with(application, form, {"form": CHANGED})), 409
    row = contact_row(saved)
    detail = f"{'on' if row.enabled else 'off'}; {', '.join(row.channels) or 'as everybody'}"
    application.audit.add(person().email, "notifications.changed", "", row.email, detail)
    flash(f"{row.email} is told so from now on: {detail}.", "done")
    return _back("notifications")


def _with(application: Application, form: ContactForm, errors: Mapping[str, str]) -> ContactForm:
    """What was typed, with what is wrong, made from what holds now."""
    now = contact_row(application.contacts.of(form.email))
    base = now.revision if "form" in errors else form.base
    return ContactForm(form.email, form.enabled, form.channels, base, now.channels, errors)
