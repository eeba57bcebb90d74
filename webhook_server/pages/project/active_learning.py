"""The page of a project, Active Learning: its switch, its settings, their history, its state."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.bootstrap import Application
from webhook_server.pages.project.active_learning_changes import Changes
from webhook_server.pages.project.active_learning_view import project_view, version_rows
from webhook_server.pages.project.charts import confidence_histogram, funnel_series, span_of
from webhook_server.pages.project.filled_form import Form
from webhook_server.pages.project.setting_words import kinds_of, limits_facts, rule_words, unit_of
from webhook_server.pages.project.settings_fields import SECTIONS, Section
from webhook_server.pages.project.settings_posts import blank
from webhook_server.pages.project.settings_preview import preview
from webhook_server.pages.project.team_view import standing, team_rows
from webhook_server.pages.training.retraining_view import retraining_view
from webhook_server.pages.training.training_set_view import training_set_view
from webhook_server.people.identity import managers_only, person


def blueprint(application: Application) -> Blueprint:
    """The routes of one project's page."""
    routes = Blueprint("active_learning", __name__, url_prefix="/projects/<project>")

    @routes.get("")
    def show(project: str) -> str:
        """Show the project."""
        return _page(application, project)

    @routes.get("/history")
    def history(project: str) -> str:
        """Show every version of its settings, a page of them at a time."""
        before = request.args.get("before", type=int)
        newest, versions = version_rows(application, project, before)
        return render_template(
            "history.html", project=project, newest=newest, versions=versions, before=before
        )

    @routes.post("/preview")
    @managers_only
    def preview_of(project: str) -> str:
        """Say in a fragment of a page what a form's settings would have kept."""
        return render_template("_preview.html", preview=preview(application, project, request.form))

    _add_changes(routes, application)
    return routes


def _add_changes(routes: Blueprint, application: Application) -> None:
    changes = Changes(application, request)

    @managers_only
    def save(project: str, section: Section) -> ResponseReturnValue:
        form = changes.save(project, section)
        if form is None:
            return changes.back(project)
        return _page(application, project, form), 422 if form.errors else 409

    for section in SECTIONS:
        routes.add_url_rule(
            f"/{section}", section, save, methods=["POST"], defaults={"section": section}
        )
    for path, change in (("switch", changes.switch), ("roll-back", changes.roll_back)):
        routes.add_url_rule(f"/{path}", view_func=managers_only(change), methods=["POST"])


def _page(application: Application, project: str, refused: Form | None = None) -> str:
    """The page; for a manager with its forms, as the settings fill them, but for one refused."""
    view = project_view(application, project)
    settings = view.current.settings
    wanted = request.args.get("edit")
    forms = {
        each: blank(each, view.current, is_open=each == wanted)
        for each in SECTIONS
        if person().is_manager
    }
    if refused is not None:
        forms[refused.section] = refused
    span = span_of(request.args.get("span", ""))
    return render_template(
        "active_learning.html",
        project=view,
        settings=settings,
        forms=forms,
        empty_form=Form(section="conditions", base=0, values={}),
        facts=limits_facts(settings),
        rules=[rule_words(rule, settings.task_type) for rule in settings.rules],
        kinds=kinds_of(settings.task_type),
        unit=unit_of(settings.task_type),
        standing=standing(settings.review),
        team=team_rows(forms["team"], application.team.members()) if forms else [],
        training_set=training_set_view(application, project, view.training_set),
        retraining=retraining_view(application, project, settings.retrain),
        over_time=funnel_series(application, project, span),
        confidences=confidence_histogram(application, project),
        here=url_for("active_learning.show", project=project),
    )
