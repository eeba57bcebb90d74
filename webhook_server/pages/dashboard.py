"""The pages over all projects: the projects themselves, and the review queue."""

from flask import Blueprint, render_template, request

from plugin.bootstrap import Application
from plugin.clock import utc_now
from webhook_server.pages.filters import FILTERS
from webhook_server.pages.projects_view import projects_view
from webhook_server.pages.review.queue_view import queue_view


def blueprint(application: Application) -> Blueprint:
    """The routes that people's browsers begin with."""
    routes = Blueprint("dashboard", __name__)
    for each in FILTERS:
        routes.add_app_template_filter(each)

    @routes.get("/")
    def index() -> str:
        """Show every project: whether it is on, what it kept, what waits for review."""
        view = projects_view(application, request.args, utc_now())
        return render_template("projects.html", view=view)

    @routes.get("/queue")
    def queue() -> str:
        """Show the batches of all projects, as the query string asks."""
        view = queue_view(application, request.args, utc_now())
        return render_template("queue.html", view=view)

    return routes
