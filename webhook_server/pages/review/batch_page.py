"""The page of a batch: how far it is, who has what, and the forms that change that."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from plugin.bootstrap import Application
from plugin.domain.assigning import MAX_OVERLAP
from plugin.domain.batching import Batch
from plugin.domain.errors import NotFoundError
from webhook_server.pages.review.batch_changes import make_change
from webhook_server.pages.review.batch_forms import Dialog, seen
from webhook_server.pages.review.batch_refusals import REFUSALS, refused, status_of
from webhook_server.pages.review.batch_view import batch_view, duration
from webhook_server.people.identity import managers_only, person

_BATCH = "/projects/<project>/batches/<name>"
_CHANGE = "<any(assign, reassign, 'take-back', instructions):change>"

# What the Store takes as a part of a key: no project and no batch has another name.
_NAME = re.compile(r"(?!.{101})[a-z0-9][\w-]*(\.[\w-]+)*", re.ASCII | re.IGNORECASE)


def blueprint(application: Application) -> Blueprint:
    """The page, and what its forms post to."""
    routes = Blueprint("batch", __name__)
    routes.add_app_template_filter(duration)

    @routes.get(_BATCH)
    def show(project: str, name: str) -> str:
        """Show a batch; `?open=` opens a dialog at once, `&reviewer=` picks somebody in it."""
        return _page(application, _find(application, project, name), _asked_for())

    @routes.get(f"{_BATCH}/{_CHANGE}")
    def form(project: str, name: str, change: str) -> Response:
        """Lead to the dialog: the address of a refused form, asked for once more."""
        return redirect(url_for("batch.show", project=project, name=name, open=change), 303)

    @routes.post(f"{_BATCH}/{_CHANGE}")
    @managers_only
    def change(project: str, name: str, change: str) -> Response | tuple[str, int]:
        """Do what a form says, or show it again with what is wrong."""
        batch = _find(application, project, name)
        try:
            done = make_change(application, batch, change, request.form, person().email)
        except REFUSALS as error:
            now = application.batches.assignments(batch)
            dialog = refused(error, change, request.form, now)
            return _page(application, batch, dialog), status_of(error)
        application.audit.add(person().email, done.action, project, name, done.said)
        flash(done.said, "done")
        return redirect(url_for("batch.show", project=project, name=name), 303)

    return routes


def _find(application: Application, project: str, name: str) -> Batch:
    if not (_NAME.fullmatch(project) and _NAME.fullmatch(name)):
        raise NotFoundError("batch", name)
    return application.batches.get(project, name)


def _asked_for() -> Dialog:
    """The dialog that a link opens; "" where it opens none."""
    reviewer = request.args.get("reviewer", "")
    typed = MultiDict({"reviewer": reviewer, "source": reviewer})
    return Dialog(request.args.get("open", ""), typed)


def _page(application: Application, batch: Batch, dialog: Dialog) -> str:
    is_manager = person().is_manager
    view = batch_view(application, batch, with_team=is_manager)
    return render_template(
        "batch.html",
        view=view,
        batch=view.summary,
        dialog=dialog,
        may_change=is_manager and not batch.closed,
        seen=seen(view.assignments),
        most_overlap=MAX_OVERLAP,
    )
