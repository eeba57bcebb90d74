"""Flask's part of the server, made by a factory: pages, health, metrics, what clients ask for."""

from flask import Flask, Response
from jinja2 import StrictUndefined

from plugin.bootstrap import Application
from plugin.resources import templates_folder
from webhook_server import observing, problems
from webhook_server.intake import edge
from webhook_server.operations import docs_page, health, label_studio_events, metrics
from webhook_server.pages import dashboard, shell
from webhook_server.pages.project import active_learning
from webhook_server.pages.review import batch_page, gallery, my_reviews
from webhook_server.pages.system import notifications, system
from webhook_server.pages.training import analysis_page, retraining, training_set
from webhook_server.people import cookies, forgery, identity, sign_in

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What a browser may do with our answers: a page runs our own scripts, anything else runs none."""


def create_app(parts: Application) -> Flask:
    """Make the application from its parts; `webhook_server.front` serves it."""
    app = Flask(__name__, template_folder=str(templates_folder()))
    # A path is what it is: Flask would redirect, to the host that the request says it is for.
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    problems.register(app)
    observing.register(app, parts.metrics)
    cookies.register(app, parts)
    identity.register(app, parts)
    forgery.register(app, parts)
    shell.register(app, parts)
    for module in (
        edge,
        label_studio_events,
        sign_in,
        dashboard,
        docs_page,
        health,
        metrics,
        batch_page,
        gallery,
        active_learning,
        analysis_page,
        my_reviews,
        notifications,
        retraining,
        system,
        training_set,
    ):
        app.register_blueprint(module.blueprint(parts))
    app.after_request(_secure)
    return app


def _secure(response: Response) -> Response:
    policy = _PAGE if response.mimetype == "text/html" else _NO_PAGE
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == "text/html" and identity.viewer():
        # What somebody was shown is gone with their session, also behind the Back button.
        response.headers["Cache-Control"] = "no-store"
    return response
