"""What the forms of the card *Retraining* on a project's page post to."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import ConflictError, InvalidInputError, NotFoundError
from plugin.stores.frames.batch_index_rows import ProjectTotals
from webhook_server.people.identity import managers_only, person

ASKED = "A worker makes the next version and announces it; look again in a minute."
NOTHING = "No version is made: nothing was reviewed yet."


def blueprint(application: Application) -> Blueprint:
    """What the forms post to."""
    routes = Blueprint("retraining", __name__, url_prefix="/projects/<project>/retrain")

    @routes.post("/now")
    @managers_only
    def now(project: str) -> Response:
        """Have a version made and announced."""
        return _now(application, project)

    @routes.post("/replay")
    @managers_only
    def replay(project: str) -> Response:
        """Announce a version once more."""
        return _replay(application, project, request.form.get("version", 0, type=int))

    @routes.post("/secret")
    @managers_only
    def secret(project: str) -> str:
        """Make a signing secret, and show it: this answer is the only place where it stands."""
        application.history.newest(project)
        made = application.retrain_secrets.renew(project, utc_now())
        application.audit.add(person().email, "retrain.secret_made", project)
        return render_template("retrain_secret.html", project=project, secret=made)

    @routes.get("/secret")
    def shown_once(project: str) -> Response:
        """Lead to the page: the secret's address, asked for once more."""
        return _back(project)

    return routes


def _now(application: Application, project: str) -> Response:
    application.history.newest(project)
    totals = application.batch_index.project_totals().get(project, ProjectTotals())
    if not totals.finished and application.training_sets.newest(project) is None:
        flash(NOTHING, "error")
        return _back(project)
    try:
        application.retrainer.ask(project, person().email)
    except ConflictError as error:
        flash(f"Not asked for: {error}.", "error")
    else:
        application.audit.add(person().email, "retrain.asked", project)
        flash(ASKED, "done")
    return _back(project)


def _replay(application: Application, project: str, version: int) -> Response:
    application.history.newest(project)
    try:
        application.retrainer.replay(project, version)
    except InvalidInputError as error:
        flash(f"Not announced again: expected {error.errors[0].expected}.", "error")
    except (NotFoundError, ConflictError) as error:
        flash(f"Not announced again: {error}.", "error")
    else:
        application.audit.add(person().email, "retrain.replayed", project, f"version {version}")
        flash(f"Version {version} is announced again.", "done")
    return _back(project)


def _back(project: str) -> Response:
    return redirect(url_for("active_learning.show", project=project) + "#retraining", 303)
