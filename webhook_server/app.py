"""Flask's part of the server, made by a factory: pages, health, metrics, what clients ask for."""

from flask import Flask, Response
from jinja2 import StrictUndefined

from plugin.bootstrap import Application
from plugin.resources import templates_folder
from webhook_server import dashboard, docs_page, edge, health, metrics, observing, problems

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def create_app(parts: Application) -> Flask:
    """Make the application from its parts; `webhook_server.front` serves it."""
    app = Flask(__name__, template_folder=str(templates_folder()))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    problems.register(app)
    observing.register(app, parts.metrics)
    for module in (edge, dashboard, docs_page, health, metrics):
        app.register_blueprint(module.blueprint(parts))
    app.after_request(_secure)
    return app


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
