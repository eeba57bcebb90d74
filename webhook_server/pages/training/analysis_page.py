"""The page that says what the humans changed, and its tables as CSV."""

from math import ceil, floor

from flask import Blueprint, Response, render_template, request

from plugin.bootstrap import Application
from plugin.domain.errors import FieldError, ForbiddenError, InvalidInputError
from plugin.domain.intervals import Interval
from webhook_server.pages.project.setting_words import unit_of
from webhook_server.pages.training.analysis_csv import KINDS, as_csv
from webhook_server.pages.training.analysis_query import PERIODS
from webhook_server.pages.training.analysis_view import SHOWN_CLASSES, analysis
from webhook_server.people.identity import person


def blueprint(application: Application) -> Blueprint:
    """The page and the file."""
    routes = Blueprint("analysis", __name__, url_prefix="/projects/<project>")
    for each in (band, points):
        routes.add_app_template_filter(each)

    @routes.get("/analysis")
    def show(project: str) -> str:
        """Show a project's analysis; `?rule=`, `version=` and `weeks=` narrow it down."""
        settings = application.history.current(project).settings
        found = analysis(application, project, request.args, with_reviewers=person().is_manager)
        return render_template(
            "analysis.html",
            project=project,
            analysis=found,
            unit=unit_of(settings.task_type),
            has_boxes=settings.task_type.has_boxes,
            periods=PERIODS,
            shown_classes=SHOWN_CLASSES,
        )

    @routes.get("/analysis.csv")
    def table(project: str) -> Response:
        """One table of it as a file; `?by=` says which, the rest is as the page has it."""
        kind, is_manager = request.args.get("by", ""), person().is_manager
        if kind not in KINDS:
            raise InvalidInputError(FieldError("by", kind, f"one of {', '.join(KINDS)}"))
        if kind == "reviewer" and not is_manager:
            raise ForbiddenError("numbers of single reviewers are for managers")
        found = analysis(application, project, request.args, with_reviewers=is_manager)
        answer = Response(as_csv(found, kind), mimetype="text/csv")
        name = f"{project}-by-{kind}.csv"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


def band(interval: Interval) -> str:
    """An interval of shares as the page writes it, rounded outwards: from 55% to 68%."""
    return f"{floor(100 * interval[0])}–{ceil(100 * interval[1])}%"


def points(gain: Interval) -> str:
    """An interval of differences of shares as the page writes it, in points of a per cent."""
    low, high = (f"{round(100 * each):+d}".replace("-", "−").replace("+0", "0") for each in gain)
    return f"{low} to {high} points"
