"""A person's own notifications: on or off, and a test. Shown on My reviews."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from msgspec.structs import replace
from werkzeug.wrappers import Response

from plugin.bootstrap import Application
from webhook_server.people.identity import person

TESTED = "A test is on its way; it arrives within a minute."
NO_CHANNEL = "No channel reaches you: switch notifications on, or ask a manager for a channel."


def blueprint(application: Application) -> Blueprint:
    """What the forms of `_notify.html` post to."""
    routes = Blueprint("notifications", __name__)

    @routes.post("/mine/notifications")
    def change() -> Response:
        """Switch one's own notifications on or off, or have a test sent."""
        email, wanted = person().email, request.form.get("do", "")
        if wanted == "test":
            done = application.notifier.test(email)
            flash(TESTED if done else NO_CHANNEL, "done" if done else "error")
        elif wanted in ("on", "off"):
            _switch(application, email, enabled=wanted == "on")
            flash(f"Notifications are {wanted}.", "done")
        else:
            abort(400, "do: expected on, off or test")
        return redirect(url_for("mine.index") + "#notifications", 303)

    return routes


def _switch(application: Application, email: str, *, enabled: bool) -> None:
    contact = application.contacts.of(email)
    if contact.enabled != enabled:
        application.contacts.save(replace(contact, enabled=enabled))
        detail = "switched on" if enabled else "switched off"
        application.audit.add(email, "notifications.changed", "", email, detail)
